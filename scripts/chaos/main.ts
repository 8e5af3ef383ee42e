import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { setTimeout as pause } from 'node:timers/promises'
import { startLatencyProxy, startPostgres, waitFor } from '@motience/testing'
import postgres from 'postgres'
import { createAccount, subscribe, type Account } from '../fleet/accounts.js'
import { startFleet } from '../fleet/fleet.js'
import { startAccessChanges } from './access.js'
import { startConsumer, type Clash, type Places } from './consumer.js'
import { faultsOf } from './faults.js'
import { isClean, settle, type AccessWindow } from './ledger.js'
import { startProducer } from './producer.js'
import { startRawChaosConsumer } from './raw-consumer.js'
import { createRandom } from './random.js'
import { redisForms, startFaultyRedis } from './redis-forms.js'
import { restoreFault } from './restore.js'
import { sessionsMaxBytes, startSessions } from './sessions.js'

/**
 * `npm run test:chaos`: two processes of each service on real PostgreSQL and Redis, agents with known sequences,
 * consumers that check what they see, and faults, one after the other. Ends with a ledger.
 *
 * `-- --seconds 60` bounds the time (the default), `--faults N` the number of faults, `--seed N` chooses them,
 * `--copies 1` runs one process of each service, `--redis sentinel` or `--redis cluster` another form of Redis. With
 * `--restores N`, on standalone Redis, PostgreSQL is put back from a dump and Redis emptied after every N faults.
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
if (form === undefined) throw new Error(`--redis is one of ${redisForms.join(', ')}`)
const SETTLE_MS = 60_000
/** Each way between WSS2 and the raw consumers. */
const LATENCY_MS = 20
/** A message may be on its way for so long when access ends. */
const IN_FLIGHT_MS = 1000
/**
 * What Redis did not deliver while it was away is delivered again within so long: a lost connection is found within 5
 * s.
 */
const REDIS_BACK_MS = 8000

const random = createRandom(settings.seed)
const logFolder = await mkdtemp(join(tmpdir(), 'motience-chaos-'))
console.log(`Seed ${settings.seed}, ${settings.copies} of each service, Redis ${form}, logs in ${logFolder}`)

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
for (let i = 0; i < settings.producers; i++) { producerAccounts.push(await createAccount(urls.ap, `chaos-producer-${i}`, 'producer', `device-${i}`)) }
const producerNames = new Map(producerAccounts.map(account => [account.user.id, account.username]))

const places: Places = new Map()
const clashes: Clash[] = []
const network = await startLatencyProxy(Number(new URL(urls.consumer).port), LATENCY_MS)
const farUrls = { ...urls, consumer: `ws://127.0.0.1:${network.port}/consumer` }
const subscribed = async (username: string): Promise<Account> => {
  const account = await createAccount(urls.ap, username, 'consumer')
  for (const { user } of producerAccounts) await subscribe(urls.sm, account, user.id)
  return account
}
const joinConsumer = async (username: string) =>
  startConsumer(urls, await subscribed(username), producerNames, places, clashes)
const joinRaw = async (username: string) =>
  startRawChaosConsumer(farUrls, await subscribed(username), producerNames, places, clashes)
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
const sessions = startSessions(urls.producer, await createAccount(urls.ap, 'chaos-sessions', 'producer'))

const deadline = performance.now() + settings.seconds * 1000
const counts = new Map<string, number>()
const faults = [
  ...faultsOf({ fleet, postgres: database }),
  ...redis.faults,
  {
    name: 'cut the slow network',
    run: async () => {
      network.cut()
    }
  }
]
const restore = restoreFault({ fleet, databaseUrl: database.url, redisUrl: redis.url })
if (settings.restores > 0 && form !== 'standalone') throw new Error('--restores empties a standalone Redis only')
const redisAway: AccessWindow[] = []
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
    if (fault.name.endsWith('redis')) redisAway.push({ from, to: performance.now() + REDIS_BACK_MS })
    done++
    const kind = fault.name.replace(/-\d+$/, '')
    counts.set(kind, (counts.get(kind) ?? 0) + 1)
    if (done % 20 === 0) { console.log(`${done} faults; ${producers.reduce((sum, { messages }) => sum + messages.length, 0)} messages sent`) }
  }

  console.log('Settling…')
  await Promise.all(changes.map(change => change.stop()))
  for (const producer of producers) producer.finish()
  const sentOfSessions = await sessions.finish()
  await waitFor(() => producers.every(producer => producer.pending() === 0), {
    timeoutMs: SETTLE_MS,
    what: 'every message to be acked'
  })
  await waitFor(
    () =>
      steady.every(consumer =>
        producers.every(
          producer => consumer.readers.get(producer.producerId)!.numbers.length >= producer.messages.length
        )
      ),
    { timeoutMs: SETTLE_MS, what: 'the steady consumers to have everything' }
  ).catch((error: unknown) => {
    console.log(String(error))
  })

  const sql = postgres(database.url, { max: 1, onnotice: () => {} })
  const stored = new Map<string, number[]>()
  for (const producer of producers) {
    const rows = await sql<
      { number: number }[]
    >`select (('{' || substr(tail, 2))::json->'payload'->>'number')::int as number from dsm.messages where producer_id = ${producer.producerId} order by epoch, "offset"`
    stored.set(producer.name, rows.map(row => row.number))
  }
  const ofSessions = { ...sentOfSessions, ...await sessions.compare(sql) }
  await sql.end()

  // What is sent while a consumer or Redis is away, and access ends before they are back, may not be seen any more:
  // such a stretch proves nothing.
  for (const { readers, away } of changing) {
    for (const reader of readers.values()) {
      reader.granted = reader.granted.filter(
        ({ from, to }) => ![...away, ...redisAway].some(gone => gone.from < to + IN_FLIGHT_MS && gone.to > from)
      )
    }
  }
  const consumers = [...steady, ...changing]
  const { faults: found, ...sums } = settle(
    new Map(producers.map(({ name, messages }) => [name, messages])),
    stored,
    consumers.flatMap(({ readers }) => [...readers.values()]),
    form === 'standalone' ? [] : timeline.filter(({ fault }) => fault.endsWith('redis'))
  )
  const stillness = steady.flatMap(consumer => consumer.stillness).sort((a, b) => a - b)
  console.log(`\n${done} faults with seed ${settings.seed}:`)
  console.table(Object.fromEntries([...counts].sort()))
  console.log('The ledger:')
  console.table({ ...sums, 'places that name two messages': clashes.length })
  console.log('A fleet with a session for each device:')
  console.table(ofSessions)
  console.log('Announced to consumers:')
  console.table(consumers.map(consumer => ({ consumer: consumer.account.username, ...consumer.announced })))
  console.log('Against the protocol, at the consumers without a buffer:')
  console.table(raw.map(({ account, ledger }) => ({ consumer: account.username, ...ledger })))
  const broken = raw.reduce((sum, { ledger }) => sum + ledger.repeats + ledger.backwards + ledger.holes, 0)
  console.log(
    `Access was taken away and given back ${changes.reduce((sum, change) => sum + change.changes(), 0)} times.`
  )
  console.log(
    `${changing.flatMap(({ readers }) => [...readers.values()]).reduce((sum, { granted }) => sum + granted.length, 0)} stretches with access were judged.`
  )
  console.log(`The longest time without a message at a steady consumer: ${Math.round(stillness.at(-1) ?? 0)} ms.`)
  if (found.length > 0) console.table(found)
  const unkept = ofSessions['refused for ever'] + ofSessions.lost + ofSessions['stored twice']
  if (!isClean(sums) || clashes.length + broken + unkept > 0) {
    const seen = consumers.flatMap(({ away, readers }) => [...readers.values()].map(reader => ({ ...reader, away })))
    await writeFile(
      join(logFolder, 'timeline.json'),
      JSON.stringify({ startedAt: performance.timeOrigin, faults: timeline, found, readers: seen })
    )
    console.log(
      `Not clean: see the logs and timeline.json (ms since ${new Date(performance.timeOrigin).toISOString()}) in ${logFolder}`
    )
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
