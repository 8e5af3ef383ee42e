import { setTimeout as pause } from 'node:timers/promises'
import t from 'tap'
import { brokerKinds, startLatencyProxy, startRawConsumer, waitFor } from '@motience/testing'
import { startPlatform } from './support/platform.js'

const kind = (await brokerKinds()).at(-1)!
const LATENCIES_MS = [0, 5, 20, 100, 300]
const CUTS = 4

t.setTimeout(60_000)

t.test(
  'a client without a buffer gets each message once, in order, at any latency and despite disconnections',
  async t => {
    const { sm, publisher, token, urls } = await startPlatform(t, kind)
    const producers = [7, 8]
    for (const [i] of LATENCIES_MS.entries()) for (const producer of producers) await sm.set(i + 1, producer, 'active')
    const access = await Promise.all(LATENCIES_MS.map((_, i) => token(i + 1)))
    const consumers = await Promise.all(
      LATENCIES_MS.map(async (latencyMs, i) => {
        const proxy = await startLatencyProxy(Number(new URL(urls[0]!).port), latencyMs)
        const positions = new Map(producers.map(producer => [producer, [] as string[]]))
        let greeted = 0
        const consumer = startRawConsumer({
          url: `ws://127.0.0.1:${proxy.port}/consumer`,
          token: () => access[i]!,
          onMessage: ({ producer_id: id, epoch, offset }) => {
            positions.get(id)!.push(`${epoch}-${offset}`)
          },
          onConnected: () => {
            greeted++
          },
          reconnectMs: 20
        })
        t.teardown(async () => {
          await consumer.close()
          await proxy.close()
        })
        await waitFor(() => greeted > 0)
        return { latencyMs, proxy, positions, consumer, greeted: () => greeted }
      })
    )

    const wanted = new AbortController()
    const last = new Map<number, number>()
    const publishing = (async () => {
      while (!wanted.signal.aborted) {
        for (const producer of producers) {
          last.set(producer, (await publisher.publish(producer, 2, { together: true })).offset)
        }
        await pause(2)
      }
    })()
    await Promise.all(
      consumers.map(async ({ proxy, positions, consumer, greeted }) => {
        const seen = (): number => producers.reduce((sum, producer) => sum + positions.get(producer)!.length, 0)
        await waitFor(() => producers.every(producer => positions.get(producer)!.length > 0))
        for (let i = 0; i < CUTS; i++) {
          const { connections } = consumer.ledger
          await waitFor(() => proxy.cut() > 0)
          await waitFor(() => consumer.ledger.connections > connections)
          const before = { seen: seen(), greeted: greeted() }
          // the next disconnection happens in the stream, right after a welcome, or before it
          await waitFor(() => i % 3 === 2 || (i % 3 === 0 ? seen() > before.seen : greeted() > before.greeted))
        }
      })
    )
    wanted.abort()
    await publishing
    for (const { latencyMs, positions, consumer } of consumers) {
      await waitFor(() => producers.every(producer => positions.get(producer)!.at(-1) === `1-${last.get(producer)!}`), {
        what: `all at ${latencyMs} ms`
      })
      for (const producer of producers) {
        t.same(
          positions.get(producer),
          Array.from({ length: last.get(producer)! }, (_, i) => `1-${i + 1}`),
          `${latencyMs} ms`
        )
      }
      t.match(consumer.ledger, { repeats: 0, backwards: 0, gaps: 0, announced: 0 })
      t.ok(consumer.ledger.connections > CUTS)
    }
  }
)
