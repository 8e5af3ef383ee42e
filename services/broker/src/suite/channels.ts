import type { ControlEvent } from '@motience/schemas'
import type { Test } from 'tap'
import { waitFor } from '@motience/testing'
import { message, newId, newProducer, type OpenBroker, range, request, textAt } from './fixtures.js'

const enabled = (userId: number): ControlEvent => ({ type: 'user-enabled', user_id: userId })

/** Who receives what, and in which order. */
export const channelsSuite = async (t: Test, open: OpenBroker): Promise<void> => {
  t.test('messages reach the consumers that they are published to, and no others', async t => {
    const broker = await open()
    const producerId = await newProducer(broker)
    const [one, two, other] = [newId(), newId(), newId()]
    const got: [number, string][] = []
    for (const consumerId of [one, two, other]) await broker.subscribe(consumerId, text => got.push([consumerId, text]))
    await broker.accept([request(producerId, { subscribers: [one, two] })])
    await waitFor(() => got.length === 2)
    await broker.unsubscribe(two)
    await broker.accept([request(producerId, { subscribers: [one, two], messages: [message(2)] })])
    await waitFor(() => got.length === 3)
    await broker.unsubscribe(one)
    await broker.unsubscribe(other)
    const by = (consumerId: number) => got.filter(([id]) => id === consumerId).map(([, text]) => text)
    t.same(by(one), [textAt(1, 1, 1), textAt(2, 1, 2)])
    t.same(by(two), [textAt(1, 1, 1)])
    t.same(by(other), [])
  })

  t.test('a consumer that resubscribes misses nothing that is published while it is subscribed', async t => {
    const broker = await open()
    const producerId = await newProducer(broker)
    const consumerId = newId()
    for (const n of range(1, 50)) {
      const got: string[] = []
      await broker.subscribe(consumerId, text => got.push(text))
      await broker.accept([request(producerId, { subscribers: [consumerId], messages: [message(n)] })])
      await waitFor(() => got.length > 0)
      // Not awaited: the next subscription follows immediately.
      const gone = broker.unsubscribe(consumerId)
      if (n % 2 === 0) await gone
      if (got[0] !== textAt(n, 1, n)) t.fail(`${got[0]} is not message ${n}`)
    }
    await broker.unsubscribe(consumerId)
    await broker.unsubscribe(consumerId)
  })

  t.test('a later handler replaces the earlier one', async t => {
    const broker = await open()
    const producerId = await newProducer(broker)
    const consumerId = newId()
    const got: string[] = []
    await broker.subscribe(consumerId, () => got.push('first'))
    await broker.subscribe(consumerId, () => got.push('second'))
    await broker.accept([request(producerId, { subscribers: [consumerId] })])
    await waitFor(() => got.length > 0)
    await broker.unsubscribe(consumerId)
    t.same(got, ['second'])
  })

  t.test('a wide list is published once, with the version, on the channel of the producer', async t => {
    const broker = await open()
    const [producerId, quiet] = [await newProducer(broker), await newProducer(broker)]
    const consumerId = newId()
    const got: [number, number, string][] = []
    const narrow: string[] = []
    await broker.subscribe(consumerId, text => narrow.push(text))
    await broker.subscribeProducers([producerId, quiet], (...published) => got.push(published))
    const wide = { subscribers: [consumerId, ...range(1, 20).map(newId)], wide: true }
    await broker.accept([request(producerId, { ...wide, version: 7, messages: [message(1), message(2)] })])
    await broker.accept([request(quiet, { ...wide, version: 3, messages: [message(3)] })])
    await waitFor(() => got.length >= 3)
    await broker.unsubscribeProducers([producerId])
    await broker.accept([request(producerId, { ...wide, version: 7, messages: [message(4)] })])
    await broker.accept([request(quiet, { ...wide, version: 4, messages: [message(5)] })])
    await broker.accept([request(producerId, { subscribers: [consumerId], version: 7, messages: [message(6)] })])
    await waitFor(() => got.length >= 4 && narrow.length > 0)
    await broker.unsubscribeProducers([producerId, quiet])
    await broker.unsubscribe(consumerId)
    t.same(got, [
      [producerId, 7, textAt(1, 1, 1)],
      [producerId, 7, textAt(2, 1, 2)],
      [quiet, 3, textAt(3, 1, 1)],
      [quiet, 4, textAt(5, 1, 2)]
    ])
    t.same(narrow, [textAt(6, 1, 4)])
    const { entries } = await broker.readLog(producerId, { epoch: 1, offset: 0 }, 10)
    t.same(entries.map(({ version, text }) => [version, text]), [1, 2, 4, 6].map((n, i) => [7, textAt(n, 1, i + 1)]))
  })

  t.test('control events reach every handler until it is removed, in order and once', async t => {
    const broker = await open()
    const user = newId()
    const ids: number[] = []
    const off = broker.onControl(event => {
      if ('user_id' in event && event.user_id >= user && event.user_id < user + 20) ids.push(event.user_id)
    })
    const all: ControlEvent[] = []
    const offAll = broker.onControl(event => {
      if ('user_id' in event && event.user_id >= user && event.user_id < user + 20) all.push(event)
    })
    for (const i of range(0, 9)) await broker.publishControl(enabled(user + i))
    await waitFor(() => all.length >= 10)
    off()
    for (const i of range(10, 19)) await broker.publishControl(enabled(user + i))
    await waitFor(() => all.length >= 20)
    offAll()
    t.same(ids, range(user, user + 9))
    t.same(all, range(user, user + 19).map(enabled), 'as published, without additional fields')
  })

  t.test('nothing accepted after a control event arrives before it', async t => {
    const broker = await open()
    const producers = await Promise.all(range(1, 6).map(() => newProducer(broker)))
    const consumerId = newId()
    const user = newId()
    const got: (number | string)[] = []
    await broker.subscribe(consumerId, text => got.push(text))
    await broker.subscribeProducers(producers.slice(3), (_producerId, _version, text) => got.push(text))
    const off = broker.onControl(event => {
      if (event.type === 'user-disabled' && event.user_id === user) got.push(Number(event.expires_at.slice(20, 23)))
    })
    for (const n of range(1, 30)) {
      await broker.publishControl({
        type: 'user-disabled',
        user_id: user,
        expires_at: `2030-01-01T00:00:00.${String(n).padStart(3, '0')}Z`
      })
      await broker.accept(
        producers.map((producerId, i) =>
          request(producerId, { subscribers: [consumerId], wide: i >= 3, messages: [message(n)] })
        )
      )
    }
    await waitFor(() => got.length >= 30 * 7)
    off()
    await broker.unsubscribe(consumerId)
    await broker.unsubscribeProducers(producers)
    let last = 0
    const early = got.filter(one => {
      if (typeof one === 'number') last = one
      return typeof one === 'string' && Number(/"n":(\d+)/.exec(one)?.[1]) > last
    })
    t.same(early, [])
    t.same(got.filter(one => typeof one === 'number'), range(1, 30))
  })
}
