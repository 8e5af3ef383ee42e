import { waitFor } from '@motience/testing'
import type { AckFrame } from '@motience/schemas'
import t from 'tap'
import { connect, isBatchAck, start, stats } from './support/start.js'

const data = (seq: number, session = 's'): object => ({ type: 'data', payload: { n: seq }, session, seq })
const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i)

t.test('a lane has one call in flight, and the next call carries what has gathered', async t => {
  const started = await start(t)
  const { dsm } = started
  const release = dsm.hold()
  const [first, second] = [await connect(started, { userId: 1 }), await connect(started, { userId: 1 })]
  first.send(data(1))
  await waitFor(() => dsm.held === 1)
  for (const seq of range(2, 300)) first.send(data(seq))
  for (const seq of range(1, 100)) second.send(data(seq, 'other'))
  await waitFor(async () => (await stats(started)).in_flight === 400)
  t.equal(dsm.calls.length, 1)
  release()
  await first.receive(300)
  await second.receive(100)
  t.strictSame(dsm.calls, [1, 399])
  t.equal(dsm.maxConcurrent, 1)
  t.strictSame(first.acks().map(ack => ack.seq), range(1, 300))
  t.strictSame(second.acks().map(ack => ack.seq), range(1, 100))
  t.strictSame(first.acks().concat(second.acks()).map(ack => ack.offset).sort((a, b) => a - b), range(1, 400))
})

t.test('a call carries the messages of many producers, at most 1,000', async t => {
  const started = await start(t, { WSS1_MAX_IN_FLIGHT: '5000' })
  const { dsm } = started
  const producers = await Promise.all(range(1, 20).map(async userId => await connect(started, { userId })))
  const release = dsm.hold()
  for (const producer of producers) for (const seq of range(1, 100)) producer.send(data(seq))
  await waitFor(async () => (await stats(started)).in_flight === 2_000)
  release()
  for (const producer of producers) {
    await producer.receive(100)
    t.strictSame(producer.acks().map(ack => ack.seq), range(1, 100))
  }
  t.ok(dsm.calls.every(count => count <= 1_000), dsm.calls.join())
  t.ok(dsm.calls.length < 60, `${dsm.calls.length} calls for 2,000 messages`)
  t.equal(dsm.maxConcurrent, 1)
  t.equal((await stats(started)).in_flight, 0)
  t.equal((await stats(started)).in_flight_bytes, 0)
})

t.test('a socket beyond max_in_flight is not read until messages are acked', async t => {
  const started = await start(t, { WSS1_MAX_IN_FLIGHT: '10', WSS1_MESSAGE_RATE: '100000' })
  const { dsm } = started
  const release = dsm.hold()
  const [fast, slow] = [await connect(started, { userId: 1 }), await connect(started, { userId: 2 })]
  const payload = 'x'.repeat(10_000)
  for (const seq of range(1, 3_000)) fast.send({ type: 'data', payload: { payload }, session: 's', seq })
  await waitFor(async () => (await stats(started)).paused === 1)
  await waitFor(() => fast.ws.bufferedAmount > 1_000_000, { what: 'back-pressure at the producer' })
  const { messages } = await stats(started)
  t.ok(messages! < 60, `${messages} messages were read: 10, and the rest of the last read`)
  slow.send(data(1))
  await waitFor(async () => (await stats(started)).messages! > messages!)
  t.equal(dsm.calls.reduce((sum, count) => sum + count, 0) <= messages!, true)
  release()
  await fast.receive(3_000)
  t.strictSame(fast.acks().map(ack => ack.seq), range(1, 3_000), 'nothing is lost')
  await slow.receive(1)
  t.equal((await stats(started)).paused, 0)
})

t.test('no connection is read beyond the maximum bytes in flight', async t => {
  const started = await start(t, { WSS1_MAX_IN_FLIGHT_BYTES: '100000', WSS1_MAX_IN_FLIGHT: '100000' })
  const release = started.dsm.hold()
  const producers = await Promise.all(range(1, 3).map(async userId => await connect(started, { userId })))
  const payload = 'x'.repeat(1_000)
  for (const producer of producers) {
    for (const seq of range(1, 1_000)) producer.send({ type: 'data', payload: { payload }, session: 's', seq })
  }
  await waitFor(async () => (await stats(started)).paused === 3)
  const bytes = (await stats(started)).in_flight_bytes!
  t.ok(
    bytes >= 50_000 && bytes < 50_000 + 3 * 90_000,
    `${bytes} bytes: half of the budget, and the rest of the last reads`
  )
  release()
  for (const producer of producers) {
    await producer.receive(1_000)
    t.strictSame(producer.acks().map(ack => ack.seq), range(1, 1_000))
  }
})

t.test('a limit of one message in flight works', async t => {
  const started = await start(t, { WSS1_MAX_IN_FLIGHT: '1' })
  const producer = await connect(started)
  for (const seq of range(1, 50)) producer.send(data(seq))
  producer.send({ type: 'batch', messages: range(51, 60).map(seq => ({ payload: {}, session: 's', seq })) })
  const frames = await producer.receive(51)
  t.strictSame(producer.acks().map(ack => ack.seq), range(1, 50))
  t.ok(isBatchAck(frames[50]) && frames[50].acks.every((ack, i) => (ack as AckFrame).seq === 51 + i))
})

t.test('a producer that exceeds its message rate is closed with 4029', async t => {
  const started = await start(t, { WSS1_MESSAGE_RATE: '100' })
  const producer = await connect(started)
  producer.send({ type: 'batch', messages: range(1, 90).map(seq => ({ payload: {}, seq })) })
  await producer.receive(1)
  producer.send({ type: 'batch', messages: range(1, 90).map(seq => ({ payload: {}, seq })) })
  t.equal(await producer.closed, 4029)
  const metrics = await (await fetch(`${started.wss1.urls.http}/metrics`)).text()
  t.match(metrics, /_closes_total\{code="4029"\} 1/)
  t.match(metrics, /motience_wss1_acks_total 90/)
  t.match(metrics, /motience_wss1_messages_total 90/)
})
