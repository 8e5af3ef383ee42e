/**
 * Messages a second that a broker accepts, on this machine and over loopback, by subscribers and size of a batch.
 *
 *     node --conditions=motience-source --import tsx scripts/bench/broker.ts [seconds a figure, 2 by default]
 *
 * One producer, so that each batch waits for the one before (`lanes` 1), and 32 producers at once (`lanes` 32).
 * Messages have a session and 200 bytes of payload. One consumer listens in the same process; the other subscribers are
 * nobody's.
 */
import { type AcceptMessage, type Broker, createMemoryBroker, createRedisBroker, sessionName } from '@motience/broker'
import { redisAvailable, startRedis } from '@motience/testing'

const seconds = Number(process.argv[2] ?? 2)
const payload = 'x'.repeat(200)
let producers = 0

const openProducer = async (broker: Broker): Promise<number> => {
  const producerId = ++producers
  const [expected] = await broker.heads([producerId])
  await broker.openEpoch({ producerId, epoch: 1, expected: expected!, version: 0 })
  return producerId
}

/** Accepts batch after batch until the time is over; returns how many messages. */
const runLane = async (
  broker: Broker,
  subscribers: readonly number[],
  batch: number,
  until: number
): Promise<number> => {
  const producerId = await openProducer(broker)
  const head = `{"type":"data","producer_id":${producerId},"device_id":"d1","epoch":`
  let seq = 0
  let accepted = 0
  // As where everything is stored at once, and history knew nothing of the session.
  const floors = { asOf: { epoch: 1, offset: 0 }, seqs: new Map([[sessionName('d1', 's'), -1]]) }
  while (performance.now() < until) {
    const messages: AcceptMessage[] = Array.from({ length: batch }, () => ({
      head,
      tail: `,"id":null,"session":"s","seq":${++seq},"payload":{"text":"${payload}"}}`,
      device: 'd1',
      session: 's',
      seq
    }))
    const [result] = await broker.accept([
      { producerId, version: 0, subscribers, messages, stored: { epoch: 1, offset: accepted }, floors }
    ])
    if (result?.kind !== 'ok') throw new Error(`The broker answered ${result?.kind}`)
    accepted += result.outcomes.length
  }
  return accepted
}

const measure = async (broker: Broker, subscribers: number, batch: number, lanes: number): Promise<number> => {
  const ids = Array.from({ length: subscribers }, (_, i) => i + 1)
  const start = performance.now()
  const counts = await Promise.all(
    Array.from({ length: lanes }, () => runLane(broker, ids, batch, start + seconds * 1000))
  )
  return counts.reduce((sum, count) => sum + count, 0) / ((performance.now() - start) / 1000)
}

const bench = async (broker: Broker): Promise<void> => {
  let received = 0
  await broker.subscribe(1, () => { received++ })
  for (const lanes of [1, 32]) {
    for (const subscribers of [1, 100, 1000]) {
      const cells: string[] = []
      for (const batch of [1, 10, 100]) {
        const rate = await measure(broker, subscribers, batch, lanes)
        cells.push(`batch ${batch}: ${Math.round(rate)}/s`)
      }
      console.log(
        `${broker.kind.padEnd(6)} lanes ${String(lanes).padStart(2)}  subscribers ` +
        `${String(subscribers).padStart(4)}  ${cells.join('  ')}`
      )
    }
  }
  console.log(`${broker.kind.padEnd(6)} the one consumer received ${received}`)
  await broker.close()
}

await bench(createMemoryBroker({ logMaxMessages: 1000 }))
if (redisAvailable()) {
  const server = await startRedis()
  await bench(await createRedisBroker({ url: server.url, mode: 'standalone', limits: { logMaxMessages: 1000 } }))
  await server.remove()
} else {
  console.log('Redis is not on the PATH')
}
