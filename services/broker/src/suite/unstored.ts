import type { Test } from 'tap'
import { waitFor } from '@motience/testing'
import { message, newId, newProducer, type OpenBroker, openEpoch, range, request, textAt } from './fixtures.js'

const upTo = (offset: number, epoch = 1) => ({ epoch, offset })
const accepted = (from: number, to: number) => range(from, to).map(offset => ({ kind: 'accepted', offset }))
const messagesFrom = (from: number, to: number) => range(from, to).map(n => message(n))

/** Messages that are not known to be stored: the log never drops them, and rejects new ones when it is full of them. */
export const unstoredSuite = async (t: Test, open: OpenBroker): Promise<void> => {
  t.test('a log full of them accepts and publishes nothing until they are stored', async t => {
    const broker = await open({ logMaxMessages: 10 })
    const producerId = await newProducer(broker)
    const consumerId = newId()
    const got: string[] = []
    await broker.subscribe(consumerId, text => got.push(text))
    const send = async (messages = messagesFrom(1, 1), stored = upTo(0)) =>
      (await broker.accept([request(producerId, { subscribers: [consumerId], messages, stored })]))[0]
    const offsets = async () => (await broker.readLog(producerId, upTo(0), 100)).entries.map(({ offset }) => offset)

    t.same(
      await send(messagesFrom(1, 25)),
      { kind: 'ok', epoch: 1, stored: 0, outcomes: accepted(1, 10) },
      'as many as fit'
    )
    t.same(await send(), { kind: 'full', head: upTo(10), stored: 0 })
    t.same(await offsets(), range(1, 10))
    t.same(await send(messagesFrom(11, 25), upTo(4)), { kind: 'ok', epoch: 1, stored: 4, outcomes: accepted(11, 14) })
    t.same(await offsets(), range(5, 14))
    t.same(
      await send(messagesFrom(15, 15), upTo(3)),
      { kind: 'full', head: upTo(14), stored: 4 },
      'what is stored stays so'
    )
    t.same(
      await send(messagesFrom(15, 15), upTo(14, 2)),
      { kind: 'full', head: upTo(14), stored: 4 },
      'another epoch does not count'
    )
    t.same(
      await send(messagesFrom(15, 30), upTo(99)),
      { kind: 'ok', epoch: 1, stored: 14, outcomes: accepted(15, 24) },
      'nor does an offset above the head'
    )
    t.same(
      await send(messagesFrom(25, 25), upTo(15)),
      { kind: 'ok', epoch: 1, stored: 15, outcomes: accepted(25, 25) },
      'one fits after one was dropped'
    )
    t.same(await offsets(), range(16, 25))
    await broker.accept([request(producerId, { subscribers: [consumerId], messages: [message(0)] })])
    await waitFor(() => got.at(-1) === textAt(0, 1, 26))
    await broker.unsubscribe(consumerId)
    t.same(got, [...range(1, 25).map(n => textAt(n, 1, n)), textAt(0, 1, 26)])
  })

  t.test('bytes count, too, and a message larger than the log is accepted if all others are stored', async t => {
    const broker = await open({ logMaxBytes: 1000 })
    const producerId = await newProducer(broker)
    const filled = (bytes: number) => message(1, { tail: `,"fill":"${'x'.repeat(bytes - textAt(1, 1, 1).length)}"}` })
    const send = async (bytes: number[], stored: number) =>
      (await broker.accept([request(producerId, { messages: bytes.map(filled), stored: upTo(stored) })]))[0]
    t.match(await send([2000, 100], 0), { kind: 'ok', outcomes: accepted(1, 1) })
    t.same(await send([100], 0), { kind: 'full', head: upTo(1), stored: 0 })
    t.match(await send([300, 300, 300, 300], 1), { kind: 'ok', outcomes: accepted(2, 4) })
    t.same(await send([300], 1), { kind: 'full', head: upTo(4), stored: 1 })
    t.match(await send([200, 200, 200], 2), { kind: 'ok', outcomes: accepted(5, 6) })
    t.match(await broker.readLog(producerId, upTo(2), 10), {
      reachesBack: true,
      entries: range(3, 6).map(offset => ({ offset }))
    })
    t.match(await send([100], 5), { kind: 'ok', outcomes: accepted(7, 7) })
  })

  t.test('they are not dropped by age either', async t => {
    const broker = await open({ logMaxAgeSecs: 1 })
    const producerId = await newProducer(broker)
    const other = await newProducer(broker)
    await broker.accept([
      request(producerId, { messages: messagesFrom(1, 130), stored: upTo(0) }),
      request(other, { messages: messagesFrom(1, 130) })
    ])
    await waitFor(async () => (await broker.readLog(other, upTo(0), 1000)).entries.length === 0, {
      what: 'the other log to expire'
    })
    const offsets = async () => (await broker.readLog(producerId, upTo(0), 1000)).entries.map(({ offset }) => offset)
    t.same(await offsets(), range(1, 130))
    t.equal(await broker.trimLog(producerId, upTo(0)), 0)
    t.equal(await broker.trimLog(producerId, upTo(130, 2)), 0, 'another epoch does not count')
    t.equal(await broker.trimLog(producerId, upTo(120)), 120)
    t.same(await offsets(), range(121, 130))
    await broker.accept([request(producerId, { messages: messagesFrom(131, 131), stored: upTo(129) })])
    t.same(await offsets(), [130, 131], 'reading drops them once they are stored')
  })

  t.test('a large batch is accepted until the log is full, and later requests are not', async t => {
    const broker = await open({ logMaxMessages: 1500 })
    const [producerId, other] = [await newProducer(broker), await newProducer(broker)]
    const results = await broker.accept([
      request(producerId, { messages: messagesFrom(1, 2500), stored: upTo(0) }),
      request(producerId, { stored: upTo(0) }),
      request(other, { stored: upTo(0) })
    ])
    t.same(results, [
      { kind: 'ok', epoch: 1, stored: 0, outcomes: accepted(1, 1500) },
      { kind: 'ok', epoch: 1, stored: 0, outcomes: [] },
      { kind: 'ok', epoch: 1, stored: 0, outcomes: accepted(1, 1) }
    ])
    t.same(await broker.accept([request(producerId, { messages: messagesFrom(1501, 2500), stored: upTo(600) })]), [
      { kind: 'ok', epoch: 1, stored: 600, outcomes: accepted(1501, 2100) }
    ])
  })

  t.test('messages of an older epoch count as stored', async t => {
    const broker = await open({ logMaxMessages: 10 })
    const producerId = await newProducer(broker)
    await broker.accept([request(producerId, { messages: messagesFrom(1, 10), stored: upTo(0) })])
    await openEpoch(broker, producerId)
    t.match(await broker.accept([request(producerId, { messages: messagesFrom(1, 12), stored: upTo(10) })]), [
      { kind: 'ok', epoch: 2, stored: 0, outcomes: accepted(1, 10) }
    ])
    t.match(await broker.readLog(producerId, upTo(0), 10), { entries: [] })
  })
}
