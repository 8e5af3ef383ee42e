import { startLatencyProxy, startRawConsumer, waitFor } from '@motience/testing'
import { createAccount, subscribe } from '../fleet/accounts.js'
import { startProducer } from '../chaos/producer.js'
import { createRandom } from '../chaos/random.js'
import { withFleet } from './with-fleet.js'

const LATENCIES_MS = [0, 5, 20, 100, 300]
const CUTS = Number(process.env['CUTS'] ?? 30)
const PRODUCERS = 3

/**
 * Clients without any buffer, each behind a network of its own that takes its time and is cut over and over, at any
 * moment of a connection. Each must see every message once and in order, over two processes of WSS2.
 */
export const resumeLatency = () => withFleet({}, async ({ fleet: { urls } }) => {
  const accounts = await Promise.all(
    Array.from({ length: PRODUCERS }, (_, i) => createAccount(urls.ap, `latency-producer-${i}`, 'producer'))
  )
  const upstream = Number(new URL(urls.consumer).port)
  const readers = await Promise.all(LATENCIES_MS.map(async latencyMs => {
    const account = await createAccount(urls.ap, `latency-consumer-${latencyMs}`, 'consumer')
    for (const { user } of accounts) await subscribe(urls.sm, account, user.id)
    const proxy = await startLatencyProxy(upstream, latencyMs)
    const numbers = new Map(accounts.map(({ user }) => [user.id, [] as number[]]))
    let greeted = 0
    const consumer = startRawConsumer({
      url: `ws://127.0.0.1:${proxy.port}/consumer`,
      token: () => account.token,
      onMessage: ({ producer_id: id, payload }) => { numbers.get(id)!.push(payload['number'] as number) },
      onConnected: () => { greeted++ }
    })
    await waitFor(() => greeted > 0)
    return { latencyMs, proxy, numbers, consumer, greeted: () => greeted }
  }))
  const producers = accounts.map(account => startProducer(urls, account, { rate: 100 }))

  await Promise.all(readers.map(async ({ latencyMs, proxy, numbers, consumer, greeted }) => {
    const random = createRandom(latencyMs + 1)
    const seen = () => [...numbers.values()].reduce((sum, { length }) => sum + length, 0)
    await waitFor(() => [...numbers.values()].every(({ length }) => length > 0))
    for (let i = 0; i < CUTS; i++) {
      const { connections } = consumer.ledger
      await waitFor(() => proxy.cut() > 0)
      await waitFor(() => consumer.ledger.connections > connections)
      const before = { seen: seen(), greeted: greeted() }
      const moment = random.pick(['at once', 'after the welcome', 'in the replay', 'in the stream'])
      await waitFor(() => {
        if (moment === 'at once') return true
        if (moment === 'after the welcome') return greeted() > before.greeted
        return seen() > before.seen + (moment === 'in the stream' ? 200 : 0)
      }, { timeoutMs: 60_000 })
    }
  }))
  for (const producer of producers) producer.finish()
  await waitFor(() => producers.every(producer => producer.pending() === 0), {
    timeoutMs: 60_000,
    what: 'every message to be acked'
  })
  const complete = () => readers.every(({ numbers }) =>
    producers.every(({ producerId, messages }) => numbers.get(producerId)!.at(-1) === messages.length))
  await waitFor(complete, { timeoutMs: 60_000, what: 'every reader to have the last message' })
    .catch((error: unknown) => { console.log(String(error)) })

  const rows = readers.map(({ latencyMs, numbers, consumer: { ledger } }) => {
    const { connections, repeats, backwards, gaps, announced } = ledger
    const row = {
      'each way, ms': latencyMs, connections, messages: 0, repeats, backwards, gaps, announced, 'not 1, 2, 3…': 0
    }
    for (const { producerId, messages } of producers) {
      const seen = numbers.get(producerId)!
      row.messages += seen.length
      for (let i = 0; i < Math.max(seen.length, messages.length); i++) if (seen[i] !== i + 1) row['not 1, 2, 3…']++
    }
    return row
  })
  console.table(rows)
  await Promise.all([...producers.map(producer => producer.close()), ...readers.map(async ({ consumer, proxy }) => {
    await consumer.close()
    await proxy.close()
  })])
  if (rows.some(row => row.repeats + row.backwards + row.gaps + row.announced + row['not 1, 2, 3…'] > 0)) {
    process.exitCode = 1
  }
}, { copies: 2 })
