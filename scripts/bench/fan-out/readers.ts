import { readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'

/**
 * `readers.ts <host> <port> <file with a token a line>`: holds a WebSocket for each token and counts the frames that
 * come, reading no more of them than their length; of every hundredth message also the time that it took. Told `count`
 * over IPC it answers with what came since the last time, and the delays in milliseconds.
 */
const [host = '', port = '', file = ''] = process.argv.slice(2)
const tokens = readFileSync(file, 'utf8').trim().split('\n')

/** One message of this many is looked at for its time. */
const SAMPLE = 100

let messages = 0
let open = 0
let delays: number[] = []

const SENT_AT = Buffer.from('"sent_at":')

const sample = (payload: Buffer): void => {
  const at = payload.indexOf(SENT_AT)
  if (at < 0) return
  const sentAt = Number.parseFloat(payload.toString('latin1', at + SENT_AT.length, at + SENT_AT.length + 20))
  delays.push(performance.timeOrigin + performance.now() - sentAt)
}

/** Splits the stream of a server's frames, which are not masked (RFC 6455, 5.2). */
const readFrames = (socket: Socket): void => {
  let rest: Buffer = Buffer.alloc(0)
  let upgraded = false
  socket.on('data', chunk => {
    let data = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    if (!upgraded) {
      const end = data.indexOf('\r\n\r\n')
      if (end < 0) {
        rest = data
        return
      }
      if (!data.toString('latin1', 0, end).startsWith('HTTP/1.1 101')) throw new Error(data.toString('latin1', 0, end))
      upgraded = true
      open++
      data = data.subarray(end + 4)
    }
    let at = 0
    while (data.length - at >= 2) {
      const short = data[at + 1]! & 127
      const head = short < 126 ? 2 : short === 126 ? 4 : 10
      if (data.length - at < head) break
      const length =
        short < 126 ? short : short === 126 ? data.readUInt16BE(at + 2) : Number(data.readBigUInt64BE(at + 2))
      if (data.length - at < head + length) break
      // {"type":"data"…: other frames are few
      if (data[at] === 0x81 && length > 14 && data[at + head + 9] === 0x64) {
        messages++
        if (messages % SAMPLE === 0) sample(data.subarray(at + head, at + head + length))
      }
      at += head + length
    }
    rest = data.subarray(at)
  })
}

for (const token of tokens) {
  const socket = connect(Number(port), host)
  socket.on('error', error => { throw error })
  socket.write([
    'GET /consumer HTTP/1.1',
    `Host: ${host}:${port}`,
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    `Authorization: Bearer ${token}`,
    '',
    ''
  ].join('\r\n'))
  readFrames(socket)
}

process.on('message', () => {
  process.send!({ open, messages, delays })
  messages = 0
  delays = []
})
process.on('disconnect', () => process.exit(0))
