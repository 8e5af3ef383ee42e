import { setTimeout as pause } from 'node:timers/promises'
import { createConsumer, createProducer, monotonicMs, openBuffer, readBootId } from '@motience/client'
import { waitFor } from '@motience/testing'
import { createAccount, subscribe, type Account } from '../fleet/accounts.js'
import { serviceNames, type Fleet, type ServiceName } from '../fleet/fleet.js'
import { withFleet } from './with-fleet.js'

/**
 * Every service in turn is killed with SIGKILL and started again as a service manager does it, while devices send and
 * consumers read with the agent's own libraries and their default waits. How long does a stream stand still?
 */
const KILLS = Number(process.env['KILLS'] ?? 20)
const PRODUCERS = 4
const CONSUMERS = 4
const SEND_EVERY_MS = 50
/** What systemd waits before it starts a service again (`RestartSec`). */
const RESTART_MS = 100
/**
 * A client counts a connection as good after 5 s and then begins with its shortest wait: a kill before that would be a
 * second fault.
 */
const BETWEEN_MS = 6000
/** Most milliseconds that a stream may stand still, by the number of processes of each service. */
const BOUND_MS: Record<number, number> = { 1: 5000, 2: 2000 }

/**
 * When the last message of each stream, one producer's at one consumer, came, and the longest that one stood still
 * since `begin`.
 */
class Streams {
  readonly #lastAt = new Map<string, number>()
  #longestMs = 0

  arrived (stream: string): void {
    const at = performance.now()
    this.#longestMs = Math.max(this.#longestMs, at - (this.#lastAt.get(stream) ?? at))
    this.#lastAt.set(stream, at)
  }

  begin (): void { this.#longestMs = 0 }

  /** Whether `count` streams have brought something since. */
  allSince (time: number, count: number): boolean {
    return [...this.#lastAt.values()].filter(at => at > time).length === count
  }

  get longestMs (): number { return this.#longestMs }
}

const startSending = async ({ urls }: Fleet, { username, password }: Account): Promise<() => Promise<void>> => {
  const buffer = await openBuffer({ dir: null, boot: readBootId(), mono: monotonicMs })
  const producer = createProducer({ authUrl: urls.ap, websocketUrl: urls.producer, username, password, buffer })
  let value = 0
  const timer = setInterval(() => { producer.send({ value: value++ }) }, SEND_EVERY_MS)
  return async () => {
    clearInterval(timer)
    await producer.close()
  }
}

const startReading = ({ urls }: Fleet, { username, password }: Account, streams: Streams): () => Promise<void> => {
  const consumer = createConsumer({ url: urls.consumer, authUrl: urls.ap, history: urls.dsm, username, password })
  consumer.on('data', ({ producer_id: producerId }) => { streams.arrived(`${producerId} at ${username}`) })
  consumer.on('error', () => {})
  return () => consumer.close()
}

/**
 * Kills instances of one service in turn; resolves to the longest stillness of any stream at each kill, milliseconds,
 * shortest first.
 */
const killOver = async (fleet: Fleet, name: ServiceName, streams: Streams): Promise<number[]> => {
  const instances = fleet.instances.filter(instance => instance.name === name)
  const found: number[] = []
  for (let i = 0; i < KILLS; i++) {
    const instance = instances[i % instances.length]!
    streams.begin()
    await instance.kill()
    await pause(RESTART_MS)
    await instance.start()
    const readyAt = performance.now()
    await waitFor(() => streams.allSince(readyAt, PRODUCERS * CONSUMERS), {
      timeoutMs: 60_000,
      what: `all streams after a kill of ${name}`
    })
    await pause(BETWEEN_MS)
    found.push(streams.longestMs)
  }
  return found.sort((a, b) => a - b)
}

const percentile = (sorted: readonly number[], p: number): number =>
  Math.round(sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * p) / 100))]!)

const restartLatencyWith = (copies: number) => withFleet({}, async ({ fleet }) => {
  const streams = new Streams()
  const producers: Account[] = []
  for (let i = 0; i < PRODUCERS; i++) {
    producers.push(await createAccount(fleet.urls.ap, `still-producer-${i}`, 'producer', `device-${i}`))
  }
  const stops: (() => Promise<void>)[] = []
  for (let i = 0; i < CONSUMERS; i++) {
    const account = await createAccount(fleet.urls.ap, `still-consumer-${i}`, 'consumer')
    for (const { user } of producers) await subscribe(fleet.urls.sm, account, user.id)
    stops.push(startReading(fleet, account, streams))
  }
  for (const account of producers) stops.push(await startSending(fleet, account))
  await waitFor(() => streams.allSince(0, PRODUCERS * CONSUMERS), { timeoutMs: 60_000, what: 'all streams' })
  await pause(BETWEEN_MS)

  const table: Record<string, object> = {}
  for (const name of serviceNames) {
    const found = await killOver(fleet, name, streams)
    table[name] = { kills: found.length, 'p50 ms': percentile(found, 50), 'p99 ms': percentile(found, 99) }
    if (percentile(found, 99) > BOUND_MS[copies]!) process.exitCode = 1
  }
  console.log(
    `The longest stillness of any of ${PRODUCERS * CONSUMERS} streams at each kill, ${copies} of each service ` +
    `(bound ${BOUND_MS[copies]} ms):`
  )
  console.table(table)
  await Promise.all(stops.map(stop => stop()))
}, { copies })

/** Shown for one process of each service, and for two. */
export const restartLatency = async (): Promise<void> => {
  for (const copies of [1, 2]) await restartLatencyWith(copies)
}
