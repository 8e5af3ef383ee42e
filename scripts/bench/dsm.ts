import { createMemoryBroker, createRedisBroker } from '@motience/broker'
import { openDatabase, type Authenticator } from '@motience/kit'
import { startPostgres, startRedis } from '@motience/testing'
import { buildDsm } from '@motience/dsm'
import { Pool } from 'undici'

/**
 * Messages a second through DSM alone, over HTTP: `node --conditions=motience-source --import tsx scripts/bench/dsm.ts
 * [embedded|postgres] [memory|redis] [lanes] [batch] [seconds]`. Each lane sends its next batch when the one before is
 * answered, as WSS1 does. SM and AP are left out.
 */
const [databaseKind = 'postgres', brokerKind = 'redis', ...numbers] = process.argv.slice(2)
const [lanes = 50, batch = 20, seconds = 5] = numbers.map(Number)

const postgres = databaseKind === 'postgres' ? await startPostgres({ durable: true }) : null
const redis = brokerKind === 'redis' ? await startRedis() : null
const database = await openDatabase(postgres === null ? {} : { url: postgres.url })
const broker = redis === null ? createMemoryBroker() : await createRedisBroker({ url: redis.url, mode: 'standalone' })
const auth: Authenticator = {
  verify: async () => ({
    userId: 0,
    role: 'service',
    sid: 'service:wss1',
    username: null,
    deviceId: null,
    service: 'wss1',
    expiresAt: Date.now() + 3_600_000,
    scopes: null,
    deviceOnly: false
  }),
  onRevoked: () => () => {},
  ready: async () => {},
  close: async () => {}
}
const app = await buildDsm({
  database,
  broker,
  auth,
  source: { subscribers: async () => ({ version: 0, consumerIds: [1] }), activatedVersion: async () => null }
})
const pool = new Pool(await app.listen({ host: '127.0.0.1', port: 0 }), { connections: Math.min(lanes, 64) })

const payload = {
  cpu: { usage: 12.5, iowait: 0.25 },
  memory: { used: 123_456_789, total: 987_654_321 },
  temperature: 48.25,
  uptime: 1234
}
const took: number[] = []
let messages = 0
const end = performance.now() + seconds * 1_000

const lane = async (producerId: number): Promise<void> => {
  for (let seq = 1; performance.now() < end; seq += batch) {
    const start = performance.now()
    const body = JSON.stringify({
      messages: Array.from({ length: batch }, (_, n) => ({
        producer_id: producerId,
        device_id: 'bench',
        session: 'bench',
        seq: seq + n,
        timestamp: new Date().toISOString(),
        payload
      }))
    })
    const answer = await pool.request({
      method: 'POST',
      path: '/api/data/batch',
      headers: { 'content-type': 'application/json', authorization: 'Bearer bench' },
      body
    })
    const text = await answer.body.text()
    if (answer.statusCode !== 200 || text.includes('"error"')) throw new Error(text)
    messages += batch
    took.push(performance.now() - start)
  }
}

const cpu = process.cpuUsage()
await Promise.all(Array.from({ length: lanes }, (_, n) => lane(n + 1)))
const { user, system } = process.cpuUsage(cpu)
took.sort((a, b) => a - b)
const percentile = (p: number): string =>
  `${took[Math.min(took.length - 1, Math.floor(took.length * p))]!.toFixed(1)} ms`
console.log(
  `${databaseKind}, ${brokerKind}, ${lanes} lanes of ${batch}: ${Math.round(messages / seconds)} messages/s, p50 ` +
  `${percentile(0.5)}, p99 ${percentile(0.99)},` +
    ` ${((user + system) / messages).toFixed(1)} µs of CPU a message (with the client)`
)
console.log(
  (await app.metrics.metrics())
    .split('\n')
    .filter(line => /^motience_dsm_(commit_messages|commit_seconds|broker_call_messages)_(sum|count)/.test(line))
    .join('\n')
)

await pool.close()
await app.close()
await broker.close()
await database.close()
await redis?.remove()
await postgres?.remove()
