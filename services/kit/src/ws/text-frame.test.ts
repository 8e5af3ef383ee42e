import type { Writable } from 'node:stream'
import t from 'tap'
import * as ws from 'ws'
import { textFrame } from './text-frame.js'

/** The parser of ws, which its types leave out. */
const { Receiver } = ws as unknown as { Receiver: new (options: { isServer: boolean }) => Writable }

for (const length of [0, 1, 125, 126, 65_535, 65_536, 70_000]) {
  t.test(`a text of ${length} bytes is read as it was`, async t => {
    const text = 'é'.repeat(length >> 1) + 'x'.repeat(length % 2)
    const receiver = new Receiver({ isServer: false })
    const read: string[] = []
    receiver.on('message', (data: Buffer, isBinary: boolean) => { if (!isBinary) read.push(data.toString()) })
    receiver.write(Buffer.concat([textFrame(text), textFrame('next')]))
    await new Promise(resolve => receiver.end(resolve))
    t.same(read, [text, 'next'])
  })
}
