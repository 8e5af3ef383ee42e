import { waitFor } from '@motience/testing'
import t from 'tap'
import { connect, start, stats } from './support/start.js'

const data = (seq: number): object => ({ type: 'data', payload: { n: seq }, session: 's', seq, id: String(seq) })
const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i)

t.test('messages are buffered while DSM is down, and delivered in order', async t => {
  const started = await start(t)
  const { dsm } = started
  const producers = await Promise.all(range(1, 5).map(async userId => await connect(started, { userId })))
  await dsm.stop()
  for (const producer of producers) for (const seq of range(1, 100)) producer.send(data(seq))
  await waitFor(async () => (await stats(started)).dsm_repeats! >= 3, { what: 'several attempts' })
  t.match(await (await fetch(`${started.wss1.urls.http}/ready`)).json(), {
    status: 503,
    detail: 'Not responding: dsm'
  })
  t.ok(producers.every(producer => producer.frames.length === 0), 'no ack, no error')
  await dsm.start()
  for (const producer of producers) {
    await producer.receive(100)
    t.strictSame(producer.acks().map(ack => ack.seq), range(1, 100))
  }
  t.equal(dsm.accepted.length, 500)
  t.equal((await fetch(`${started.wss1.urls.http}/ready`)).status, 200)
})

t.test('calls that an overloaded DSM refuses are repeated', async t => {
  const started = await start(t)
  let refusals = 3
  started.dsm.rules.status = () => refusals-- > 0 ? [503, 500, 429][refusals]! : 200
  const producer = await connect(started)
  for (const seq of range(1, 10)) producer.send(data(seq))
  await producer.receive(10)
  t.strictSame(producer.acks().map(ack => ack.seq), range(1, 10))
  t.notOk(producer.acks().some(ack => ack.duplicate))
})

t.test('a call whose answer was lost is repeated, and acked as duplicates', async t => {
  const started = await start(t)
  const { dsm } = started
  const producer = await connect(started)
  const release = dsm.hold()
  for (const seq of range(1, 10)) producer.send(data(seq))
  await waitFor(() => dsm.held === 1)
  const stopped = dsm.stop()
  release()
  await stopped
  await waitFor(() => dsm.accepted.length === 10, { what: 'DSM to have accepted what it could not answer' })
  await dsm.start()
  await producer.receive(10)
  t.strictSame(
    producer.acks().map(({ seq, offset, duplicate }) => [seq, offset, duplicate]),
    range(1, 10).map(n => [n, n, true])
  )
})

t.test('transient refusals at the end of a batch are sent again before later messages', async t => {
  const started = await start(t)
  const { dsm } = started
  dsm.rules.refuse = ({ seq }) =>
    seq! > 5 && dsm.calls.length < 3 ? { status: 503, code: 'MOT_UNAVAILABLE' } : undefined
  const producer = await connect(started)
  producer.send({ type: 'batch', messages: range(1, 8).map(seq => ({ payload: {}, session: 's', seq })) })
  for (const seq of range(9, 12)) producer.send(data(seq))
  await producer.receive(5)
  t.equal(dsm.calls.length, 3)
  t.strictSame(dsm.accepted.map(message => message.seq), range(1, 12))
})

t.test('a transient refusal before accepted messages is reported with a delay for retrying', async t => {
  const started = await start(t)
  started.dsm.rules.refuse = ({ seq }) => seq === 2 ? { status: 503, code: 'MOT_UNAVAILABLE' } : undefined
  const producer = await connect(started)
  for (const seq of range(1, 3)) producer.send(data(seq))
  t.match(await producer.receive(3), [
    { type: 'ack', seq: 1 },
    { type: 'error', seq: 2, code: 'MOT_UNAVAILABLE', retry_after_ms: 1000 },
    { type: 'ack', seq: 3 }
  ])
})

t.test('a message that makes DSM refuse a call is isolated, and the others are accepted', async t => {
  const started = await start(t)
  started.dsm.rules.status = messages =>
    messages.some(message => message.id === '7' && message.producer_id === 1) ? 413 : 200
  const [refused, other] = [await connect(started, { userId: 1 }), await connect(started, { userId: 2 })]
  const release = started.dsm.hold()
  for (const seq of range(1, 20)) {
    refused.send(data(seq))
    other.send(data(seq))
  }
  await waitFor(async () => (await stats(started)).in_flight === 40)
  release()
  await refused.receive(20)
  await other.receive(20)
  t.strictSame(
    refused.frames.map(frame =>
      frame.type === 'error' ? [frame.seq, frame.code, frame.retry_after_ms] : (frame as { seq: number }).seq
    ),
    [1, 2, 3, 4, 5, 6, [7, 'MOT_BAD_INPUT', undefined], ...range(8, 20)]
  )
  t.strictSame(other.acks().map(ack => ack.seq), range(1, 20))
})

t.test('the last messages of a producer that disconnected are delivered', async t => {
  const started = await start(t)
  const producer = await connect(started)
  const release = started.dsm.hold()
  for (const seq of range(1, 10)) producer.send(data(seq))
  producer.ws.close()
  await producer.closed
  release()
  await waitFor(() => started.dsm.accepted.length === 10)
  await waitFor(async () => (await stats(started)).in_flight === 0)
  t.equal((await stats(started)).in_flight_bytes, 0)
})

t.test('messages of disconnected producers do not accumulate while DSM is down', async t => {
  const started = await start(t)
  await started.dsm.stop()
  const stays = await connect(started, { userId: 1 })
  for (const seq of range(1, 10)) stays.send({ ...data(seq), session: 'stays' })
  for (let i = 0; i < 5; i++) {
    const leaves = await connect(started, { userId: 1 })
    for (const seq of range(1, 100)) leaves.send(data(seq))
    await waitFor(async () => (await stats(started)).in_flight! >= 110)
    leaves.ws.terminate()
    await waitFor(async () => (await stats(started)).in_flight === 10, { what: 'the messages to be dropped' })
  }
  t.equal((await stats(started)).orphans, 500)
  await started.dsm.start()
  await stays.receive(10)
  t.strictSame(started.dsm.accepted.map(message => message.session), Array(10).fill('stays'))
  t.equal((await stats(started)).in_flight_bytes, 0)
})
