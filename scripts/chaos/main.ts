import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { setTimeout as pause } from 'node:timers/promises'
import { startLatencyProxy, startPostgres, waitFor } from '@motience/testing'
import postgres from 'postgres'
import { createAccount, subscribe, type Account } from '../fleet/accounts.js'
import { startFleet } from '../fleet/fleet.js'
import { startAccessChanges } from './access-changes.js'
import { startConsumer, type Clash, type PositionNumbers } from './consumer.js'
import { serviceFaults } from './service-faults.js'
import { createLedger, isClean, type AccessWindow } from './ledger.js'
import { startProducer } from './producer.js'
import { startRawChaosConsumer } from './raw-consumer.js'
import { createRandom } from './random.js'
import { redisForms, startFaultyRedis } from './faulty-redis.js'
import { restoreFault } from './restore-fault.js'
import { sessionsMaxBytes, startDeviceSessions } from './device-sessions.js'

/**
 * `npm run test:chaos`: injects faults into two processes of each service on real PostgreSQL and Redis, with producers
 * that send known sequences and consumers that check what they receive. Ends with a ledger.
 *
 * `-- --seconds 60` limits the time (the default), `--faults N` the number of faults, `--seed N` selects them,
 * `--copies 1` runs one process of each service, `--redis sentinel` or `--redis cluster` another deployment of Redis.
 * With `--restores N`, on standalone Redis, PostgreSQL is restored from a dump and Redis emptied after every N faults.
 */
const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    faults: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    copies: { type: 'string', default: '2' },
    producers: { type: 'string', default: '4' },
    rate: { type: 'string', default: '20' },
    restores: { type: 'string', default: '0' },
    redis: { type: 'string', default: 'standalone' }
  }
})
const { redis: formName, ...numbers } = values
const settings = Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, Number(value)])) as Record<
  keyof typeof numbers,
  number
>
const form = redisForms.find(form => form === formName)
if (form === undefined) throw new Error(`--redis must be one of ${redisForms.join(', ')}`)
const SETTLE_MS = 60_000
/** One-way latency between WSS2 and the raw consumers. */
const LATENCY_MS = 20
/** Maximum time for which a message may be in flight when access ends. */
const IN_FLIGHT_MS = 1000
/** Maximum time until deliveries resume after an outage of Redis: a lost connection is detected within 5 s. */
const REDIS_RECOVERY_MS = 8000

const random = createRandom(settings.seed)
const logFolder = await mkdtemp(join(tmpdir(), 'motience-chaos-'))
console.log(`Seed ${settings.seed}, ${settings.copies} processes per service, Redis ${form}, logs in ${logFolder}`)

const database = await startPostgres({ durable: true })
const redis = await startFaultyRedis(form)
const fleet = await startFleet({
  databaseUrl: database.url,
  redisUrl: redis.url,
  copies: settings.copies,
  logFolder,
  // lists of both kinds: some producers have fewer subscribers
  environment: { ...redis.environment, SESSIONS_MAX_BYTES: String(sessionsMaxBytes), DSM_WIDE_LIST: '5' }
})
const { urls } = fleet

const producerAccounts: Account[] = []
for (let i = 0; i < settings.producers; i++) {
  producerAccounts.push(await createAccount(urls.ap, `chaos-producer-${i}`, 'producer', `device-${i}`))
}
const producerNames = new Map(producerAccounts.map(account => [account.user.id, account.username]))

const positions: PositionNumbers = new Map()
const clashes: Clash[] = []
const network = await startLatencyProxy(Number(new URL(urls.consumer).port), LATENCY_MS)
const farUrls = { ...urls, consumer: `ws://127.0.0.1:${network.port}/consumer` }
const subscribed = async (username: string): Promise<Account> => {
  const account = await createAccount(urls.ap, username, 'consumer')
  for (const { user } of producerAccounts) await subscribe(urls.sm, account, user.id)
  return account
}
const joinConsumer = async (username: string) =>
  startConsumer(urls, await subscribed(username), producerNames, positions, clashes)
const joinRaw = async (username: string) =>
  startRawChaosConsumer(farUrls, await subscribed(username), producerNames, positions, clashes)
const raw = await Promise.all([joinRaw('chaos-raw-steady'), joinRaw('chaos-raw-changing')])
const steady = [...await Promise.all([0, 1].map(i => joinConsumer(`chaos-steady-${i}`))), raw[0]]
const changing = [...await Promise.all([0, 1].map(i => joinConsumer(`chaos-changing-${i}`))), raw[1]]
const always = { from: 0, to: Infinity }
for (const consumer of steady) for (const reader of consumer.readers.values()) reader.granted.push(always)
const changes = changing.flatMap(consumer =>
  [...consumer.readers].map(([producerId, reader]) =>
    startAccessChanges(
      urls.sm,
      consumer.account,
      producerId,
      reader,
      createRandom(settings.seed * 1000 + producerId + consumer.account.user.id)
    )
  )
)
const producers = producerAccounts.map(account => startProducer(urls, account, { rate: settings.rate }))
const sessions = startDeviceSessions(urls.producer, await createAccount(urls.ap, 'chaos-sessions', 'producer'))

const deadline = performance.now() + settings.seconds * 1000
const counts = new Map<string, number>()
const faults = [
  ...serviceFaults({ fleet, postgres: database }),
  ...redis.faults,
  {
    name: 'cut slow network',
    run: async () => {
      network.cut()
    }
  }
]
const restore = restoreFault({ fleet, databaseUrl: database.url, redisUrl: redis.url })
if (settings.restores > 0 && form !== 'standalone') throw new Error('--restores requires a standalone Redis')
const redisOutages: AccessWindow[] = []
const timeline: (AccessWindow & { fault: string })[] = []
let done = 0
try {
  while (performance.now() < deadline && done < settings.faults) {
    await pause(random.between(100, 700))
    const fault =
      settings.restores > 0 && done % settings.restores === settings.restores - 1 ? restore : random.pick(faults)
    const from = performance.now()
    await fault.run(random)
    timeline.push({ fault: fault.name, from, to: performance.now() })
    if (fault.name.endsWith('redis')) redisOutages.push({ from, to: performance.now() + REDIS_RECOVERY_MS })
    done++
    const kind = fault.name.replace(/-\d+$/, '')
    counts.set(kind, (counts.get(kind) ?? 0) + 1)
    if (done % 20 === 0) {
      const sent = producers.reduce((sum, { messages }) => sum + messages.length, 0)
      console.log(`${done} faults, ${sent} messages sent`)
    }
  }

  console.log('Settling…')
  await Promise.all(changes.map(change => change.stop()))
  for (const producer of producers) producer.finish()
  const sentByDevices = await sessions.finish()
  await waitFor(() => producers.every(producer => producer.pending() === 0), {
    timeoutMs: SETTLE_MS,
    what: 'all acks'
  })
  await waitFor(
    () =>
      steady.every(consumer =>
        producers.every(
          producer => consumer.readers.get(producer.producerId)!.numbers.length >= producer.messages.length
        )
      ),
    { timeoutMs: SETTLE_MS, what: 'the steady consumers to receive every message' }
  ).catch((error: unknown) => {
    console.log(String(error))
  })

  const sql = postgres(database.url, { max: 1, onnotice: () => {} })
  const stored = new Map<string, number[]>()
  for (const producer of producers) {
    const rows = await sql<{ number: number }[]>`
      select (('{' || substr(tail, 2))::json->'payload'->>'number')::int as number
      from dsm.messages where producer_id = ${producer.producerId} order by epoch, "offset"`
    stored.set(producer.name, rows.map(row => row.number))
  }
  const deviceSessions = { ...sentByDevices, ...await sessions.compare(sql) }
  await sql.end()

  // A message that is sent while a consumer or Redis is disconnected may not be delivered if access ends before they
  // reconnect, so these windows are not checked.
  for (const { readers, outages } of changing) {
    for (const reader of readers.values()) {
      reader.granted = reader.granted.filter(
        ({ from, to }) =>
          ![...outages, ...redisOutages].some(outage => outage.from < to + IN_FLIGHT_MS && outage.to > from)
      )
    }
  }
  const consumers = [...steady, ...changing]
  const { faults: found, ...sums } = createLedger(
    new Map(producers.map(({ name, messages }) => [name, messages])),
    stored,
    consumers.flatMap(({ readers }) => [...readers.values()]),
    form === 'standalone' ? [] : timeline.filter(({ fault }) => fault.endsWith('redis'))
  )
  const intervals = steady.flatMap(consumer => consumer.intervals)
  console.log(`\n${done} faults with seed ${settings.seed}:`)
  console.table(Object.fromEntries([...counts].sort()))
  console.log('The ledger:')
  console.table({ ...sums, 'conflicting positions': clashes.length })
  console.log('Devices with a session each:')
  console.table(deviceSessions)
  console.log('Reported to consumers:')
  console.table(consumers.map(consumer => ({ consumer: consumer.account.username, ...consumer.reported })))
  console.log('Protocol violations, at consumers without a buffer:')
  console.table(raw.map(({ account, ledger }) => ({ consumer: account.username, ...ledger })))
  const violations = raw.reduce((sum, { ledger }) => sum + ledger.repeats + ledger.backwards + ledger.gaps, 0)
  const windows = changing.flatMap(({ readers }) => [...readers.values()].flatMap(({ granted }) => granted))
  const longestMs = Math.round(intervals.sort((a, b) => a - b).at(-1) ?? 0)
  console.log(`Access was revoked and granted ${changes.reduce((sum, change) => sum + change.changes(), 0)} times.`)
  console.log(`${windows.length} windows with access were checked.`)
  console.log(`Longest interval between messages at a steady consumer: ${longestMs} ms.`)
  if (found.length > 0) console.table(found)
  const failed = deviceSessions.rejected + deviceSessions.lost + deviceSessions['stored twice']
  if (!isClean(sums) || clashes.length + violations + failed > 0) {
    const seen = consumers.flatMap(({ outages, readers }) =>
      [...readers.values()].map(reader => ({ ...reader, outages }))
    )
    await writeFile(
      join(logFolder, 'timeline.json'),
      JSON.stringify({ startedAt: performance.timeOrigin, faults: timeline, found, readers: seen })
    )
    const origin = new Date(performance.timeOrigin).toISOString()
    console.log(`Not clean: see the logs and timeline.json (milliseconds since ${origin}) in ${logFolder}`)
    process.exitCode = 1
  }
} finally {
  await Promise.all(producers.map(producer => producer.close()))
  await Promise.all([...steady, ...changing].map(consumer => consumer.close()))
  await network.close()
  await fleet.stop()
  await redis.remove()
  await database.remove()
}
process.exit()
