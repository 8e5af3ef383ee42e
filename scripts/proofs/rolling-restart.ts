import { freePort, startRawConsumer, waitFor } from '@motience/testing'
import { startProducer } from '../chaos/producer.js'
import { createAccount, subscribe, type Account } from '../fleet/accounts.js'
import { serviceNames, type ServiceName } from '../fleet/fleet.js'
import { startHaproxy, type Addresses } from '../fleet/proxies.js'
import { withFleet } from './with-fleet.js'

const CONSUMERS = Number(process.env['CONSUMERS'] ?? 2000)
const PRODUCERS = Number(process.env['PRODUCERS'] ?? 200)
const ROUNDS = Number(process.env['ROUNDS'] ?? 2)
/** Messages per second and producer. */
const RATE = Number(process.env['RATE'] ?? 1)
/** Maximum time that a client may be without a connection. */
const MAX_AWAY_MS = 30_000
const SETUP_CONCURRENCY = 8

const inParallel = async <Item>(items: readonly Item[], run: (item: Item) => Promise<void>): Promise<void> => {
  const rest = items.values()
  await Promise.all(Array.from({ length: SETUP_CONCURRENCY }, async () => { for (const item of rest) await run(item) }))
}

/** HAProxy with infra/proxy/haproxy.cfg before all instances; with two of each. */
const behindHaproxy = (undo: (() => Promise<unknown>)[]) => async (ports: Record<ServiceName, number[]>) => {
  const unused = await freePort()
  // The certificate is made for this run, so nobody has its authority.
  process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0'
  const addresses = (index: number) => ({
    ...Object.fromEntries(serviceNames.map(name => [name.toUpperCase(), `127.0.0.1:${ports[name][index]}`])),
    // The fleet has no MQTT server.
    MQTT: `127.0.0.1:${unused}`
  }) as Addresses
  const { origin, inside } = await startHaproxy({ teardown: step => { undo.push(step) } }, {
    port: await freePort(), httpPort: await freePort(), addresses: addresses(0), others: addresses(1)
  })
  const at = (name: string): string => `http://127.0.0.1:${inside[`LISTEN_${name}`]}`
  const websocket = origin.replace('https', 'wss')
  return {
    services: { ap: at('AP'), sm: at('SM'), dsm: at('DSM') },
    clients: {
      ap: `${origin}/ap`,
      sm: `${origin}/sm`,
      dsm: `${origin}/dsm`,
      producer: `${websocket}/producer`,
      consumer: `${websocket}/consumer`
    }
  }
}

/**
 * Every process of the platform is restarted, one after the other, behind HAProxy and under load: nothing is lost or
 * repeated, and every client is back in time.
 */
export const rollingRestart = async (): Promise<void> => {
  const undo: (() => Promise<unknown>)[] = []
  try {
    await withFleet({}, async ({ fleet }) => {
      const { urls, instances } = fleet
      const accounts: Account[] = []
      await inParallel(Array.from({ length: PRODUCERS }, (_, i) => i), async i => {
        accounts.push(await createAccount(urls.ap, `rolling-producer-${i}`, 'producer'))
      })
      let away = 0
      const readers: { producerId: number, numbers: number[], consumer: ReturnType<typeof startRawConsumer> }[] = []
      await inParallel(Array.from({ length: CONSUMERS }, (_, i) => i), async i => {
        const { id: producerId } = accounts[i % PRODUCERS]!.user
        const account = await createAccount(urls.ap, `rolling-consumer-${i}`, 'consumer')
        await subscribe(urls.sm, account, producerId)
        const numbers: number[] = []
        let lostAt: number | null = null
        let connected = false
        const consumer = startRawConsumer({
          url: urls.consumer,
          token: () => account.token,
          onMessage: ({ payload }) => { numbers.push(payload['number'] as number) },
          onConnected: () => {
            connected = true
            if (lostAt !== null) away = Math.max(away, performance.now() - lostAt)
            lostAt = null
          },
          onEnded: () => { lostAt ??= performance.now() },
          reconnectMs: 1_000
        })
        await waitFor(() => connected, { timeoutMs: 60_000 })
        readers.push({ producerId, numbers, consumer })
      })
      const producers = accounts.map(account => startProducer(urls, account, { rate: RATE }))
      const sent = () => producers.reduce((sum, { messages }) => sum + messages.length, 0)
      await waitFor(() => producers.every(({ messages }) => messages.some(({ ackedAt }) => ackedAt !== null)), {
        timeoutMs: 60_000
      })

      const startedAt = performance.now()
      for (let round = 0; round < ROUNDS; round++) {
        for (const name of serviceNames) {
          for (const instance of instances.filter(instance => instance.name === name)) {
            await instance.end()
            await instance.start()
            // HAProxy takes it back after its next check, and only then the other one may go.
            const before = sent()
            await waitFor(() => sent() >= before + 3 * PRODUCERS * RATE, { timeoutMs: 60_000 })
          }
        }
      }
      const seconds = (performance.now() - startedAt) / 1_000
      for (const producer of producers) producer.finish()
      await waitFor(() => producers.every(producer => producer.pending() === 0), { timeoutMs: 60_000 })
      const counts = new Map(producers.map(({ producerId, messages }) => [producerId, messages.length]))
      await waitFor(() => readers.every(({ producerId, numbers }) => numbers.at(-1) === counts.get(producerId)), {
        timeoutMs: 60_000, what: 'every consumer to have the last message'
      }).catch((error: unknown) => { console.log(String(error)) })

      const sums = { deliveries: 0, 'lost or out of order': 0, repeats: 0, backwards: 0, gaps: 0, connections: 0 }
      for (const { producerId, numbers, consumer: { ledger } } of readers) {
        const expected = counts.get(producerId)!
        sums.deliveries += numbers.length
        for (let i = 0; i < Math.max(expected, numbers.length); i++) {
          if (numbers[i] !== i + 1) sums['lost or out of order']++
        }
        for (const name of ['repeats', 'backwards', 'gaps', 'connections'] as const) sums[name] += ledger[name]
      }
      console.log(
        `${instances.length * ROUNDS} restarts in ${seconds.toFixed(0)} s, ${PRODUCERS} producers with ` +
        `${sent()} messages, ${CONSUMERS} consumers; without a connection for at most ${(away / 1_000).toFixed(1)} s`
      )
      console.table([sums])
      await Promise.all([
        ...producers.map(producer => producer.close()), ...readers.map(({ consumer }) => consumer.close())
      ])
      const { deliveries: _, connections: __, ...faults } = sums
      if (Object.values(faults).some(count => count > 0) || away > MAX_AWAY_MS) process.exitCode = 1
    }, { copies: 2, balance: behindHaproxy(undo) })
  } finally {
    for (const step of undo.reverse()) await step()
  }
}
