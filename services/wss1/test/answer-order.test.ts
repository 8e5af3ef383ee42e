import { waitFor } from '@motience/testing'
import t from 'tap'
import { connect, start } from './support/start.js'

/** What identifies an answer: its seq, the code of its error, or the answers of a batch. */
const summary = (frame: unknown): unknown => {
  const { acks, code, seq } = frame as { acks?: unknown[], code?: string, seq?: number }
  return acks?.map(entry => summary((entry as { error?: object }).error ?? entry)) ?? code ?? seq
}

t.test('errors take the place of acks, whatever is in flight before them', async t => {
  const started = await start(t, { WSS1_MAX_PAYLOAD: '64' })
  const release = started.dsm.hold()
  const producer = await connect(started)
  const big = { a: 'x'.repeat(99) }
  producer.send({ type: 'data', payload: {}, seq: 1 })
  producer.send({ type: 'data', payload: big, seq: 2 })
  producer.send({ type: 'data', payload: {}, seq: 3 })
  producer.send({ type: 'data', payload: {}, seq: 4, timestamp: 'yesterday' })
  producer.send('{')
  producer.send({ type: 'batch', messages: [{ payload: big, seq: 5 }, { seq: 6 }] })
  producer.send({ type: 'batch', messages: [{ payload: {}, seq: 7 }, { payload: big, seq: 8 }] })
  producer.send({ type: 'data', payload: {}, seq: 9 })
  await waitFor(() => started.dsm.held === 1)
  release()
  t.strictSame((await producer.receive(8)).map(summary), [
    1,
    'MOT_DSM_PAYLOAD_TOO_LARGE',
    3,
    'MOT_WSS1_BAD_FRAME',
    'MOT_BAD_JSON',
    ['MOT_DSM_PAYLOAD_TOO_LARGE', 'MOT_WSS1_BAD_FRAME'],
    [7, 'MOT_DSM_PAYLOAD_TOO_LARGE'],
    9
  ])
})

t.test('a random mix of valid and invalid frames is answered in order', async t => {
  const started = await start(t, { WSS1_MAX_IN_FLIGHT: '20' })
  const producer = await connect(started)
  const expected: unknown[] = []
  let seed = 1
  const random = (limit: number) => (seed = seed * 48_271 % 2_147_483_647) % limit
  const message = (seq: number) => {
    const valid = random(3) > 0
    return { frame: valid ? { payload: {}, seq } : { payload: 1, seq }, answer: valid ? seq : 'MOT_WSS1_BAD_FRAME' }
  }
  for (let seq = 1; seq <= 1_000; seq++) {
    if (random(2) === 0) {
      const { frame, answer } = message(seq)
      producer.send({ type: 'data', ...frame })
      expected.push(answer)
    } else {
      const messages = Array.from({ length: 1 + random(5) }, () => message(seq))
      producer.send({ type: 'batch', messages: messages.map(({ frame }) => frame) })
      expected.push(messages.map(({ answer }) => answer))
    }
  }
  t.strictSame((await producer.receive(1_000)).map(summary), expected)
})

t.test('invalid frames behind a message in flight count as in flight, so that they are bounded', async t => {
  const started = await start(t, { WSS1_MAX_IN_FLIGHT: '10' })
  const release = started.dsm.hold()
  const producer = await connect(started)
  producer.send({ type: 'data', payload: {}, seq: 0 })
  for (let seq = 1; seq <= 4_000; seq++) producer.send({ type: 'data', seq })
  const stats = async () => await (await fetch(`${started.wss1.urls.http}/metrics`)).text()
  await waitFor(async () => /motience_wss1_paused_connections 1/.test(await stats()), { what: 'the socket to be paused' })
  // Frames of the same read from the socket, of up to 64 KiB, are answered too.
  const read = Number(/motience_ws_bad_frames_total (\d+)/.exec(await stats())![1])
  t.ok(read < 3_500, `${read} were read`)
  release()
  t.equal((await producer.receive(4_001)).length, 4_001)
})
