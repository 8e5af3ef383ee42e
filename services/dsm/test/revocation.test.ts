import type { Broker } from '@motience/broker'
import type { ControlEvent } from '@motience/schemas'
import { brokerKinds, databaseKinds, testBroker, testDatabase, waitFor } from '@motience/testing'
import t from 'tap'
import { fakeSm, testDsm } from './test-dsm.js'

const CONSUMERS = [101, 102, 103]
const PRODUCER = 7

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
const random = (seed: number) => (): number => {
  seed = (seed + 0x6d2b79f5) | 0
  let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed)
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
}

const databaseKind = (await databaseKinds()).at(-1)!

/** Loses some control events, and publishes some of them twice, the second time late. */
const disturbControl = (broker: Broker, next: () => number): void => {
  const publish = broker.publishControl.bind(broker)
  let held: ControlEvent | null = null
  broker.publishControl = async event => {
    const chance = next()
    if (chance > 0.2) await publish(event)
    if (held !== null) await publish(held)
    held = chance > 0.8 ? event : null
  }
}

const brokers = await brokerKinds()
const cases = [...brokers.map(kind => [kind, false] as const), [brokers.at(-1)!, true] as const]

for (const [brokerKind, disturbed] of cases) {
  t.test(
    `on ${brokerKind}${disturbed ? ', with control events lost, late and repeated' : ''}, 2,000 interleavings of ` +
    'send, grant and revoke through two instances: nothing after a revocation, everything after a grant',
    async t => {
      const next = random(20_261_124)
      const pick = <T>(items: readonly T[]): T => items[Math.floor(next() * items.length)]!
      const database = await testDatabase(t, { kind: databaseKind })
      const broker = await testBroker(t, brokerKind)
      if (disturbed) disturbControl(broker, next)
      const sm = fakeSm(broker)
      const instances = [await testDsm(t, { database, broker, sm }), await testDsm(t, { database, broker, sm })]

      const received = new Map<number, Set<number>>()
      for (const consumer of CONSUMERS) {
        const ns = new Set<number>()
        received.set(consumer, ns)
        await broker.subscribe(consumer, text => {
          const { n } = (JSON.parse(text) as { payload: { n: number } }).payload
          if (ns.has(n)) t.fail(`${n} came twice`)
          ns.add(n)
        })
      }

      /** What a message sent now must reach, may reach, or must not, by consumer. */
      type Right = 'must' | 'may' | 'never'
      const rights = new Map<number, Right>(CONSUMERS.map(consumer => [consumer, 'never']))
      const sent: { n: number; before: Map<number, Right>; changed: Set<number> }[] = []
      const underWay = new Set<{ changed: Set<number> }>()
      const running = new Set<Promise<unknown>>()
      const run = (work: Promise<unknown>): void => {
        running.add(work)
        work.finally(() => running.delete(work))
      }

      const send = async (n: number): Promise<void> => {
        const message = { n, before: new Map(rights), changed: new Set<number>() }
        sent.push(message)
        underWay.add(message)
        const response = await pick(instances).post({ producer_id: PRODUCER, payload: { n } })
        underWay.delete(message)
        if (response.statusCode !== 200) t.fail(`${n} was refused: ${response.body}`)
      }
      const change = async (consumer: number): Promise<void> => {
        const grants = rights.get(consumer) === 'never'
        rights.set(consumer, 'may')
        for (const message of underWay) message.changed.add(consumer)
        await (grants ? sm.activate(PRODUCER, consumer) : sm.revoke(PRODUCER, consumer))
        rights.set(consumer, grants ? 'must' : 'never')
      }

      for (let n = 1; n <= 2_000; n++) {
        run(send(n))
        if (next() < 0.3) {
          const consumer = pick(CONSUMERS)
          if (rights.get(consumer) !== 'may') run(change(consumer))
        }
        if (next() < 0.5) await Promise.race(running)
        if (running.size > 20) await Promise.all(running)
      }
      await Promise.all(running)

      const due = (consumer: number) =>
        sent
          .filter(({ before, changed }) => before.get(consumer) === 'must' && !changed.has(consumer))
          .map(({ n }) => n)
      for (const consumer of CONSUMERS) {
        const ns = received.get(consumer)!
        await waitFor(() => due(consumer).every(n => ns.has(n)), { what: `everything due to ${consumer}` })
        const forbidden = sent.filter(
          ({ n, before, changed }) => before.get(consumer) === 'never' && !changed.has(consumer) && ns.has(n)
        )
        t.same(
          forbidden.map(({ n }) => n),
          [],
          `${consumer} saw nothing after a revocation`
        )
        t.ok(ns.size > 200, `${consumer} saw ${ns.size} messages`)
      }
    }
  )
}
