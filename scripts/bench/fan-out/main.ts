import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { processTree, startPostgres, startRedis, waitFor } from '@motience/testing'
import WebSocket from 'ws'
import { createAccount, subscribe } from '../../fleet/accounts.js'
import { startFleet, type Fleet } from '../../fleet/fleet.js'

/**
 * `npm run bench -- fan-out`: one producer at a fixed rate and many consumers, with one publication for each consumer
 * and with one for all of them (DSM_WIDE_LIST), in turn, on private PostgreSQL and Redis. Times of processors are those
 * of the services, Redis and PostgreSQL by /proc.
 */
const { values } = parseArgs({
  allowPositionals: true,
  options: {
    consumers: { type: 'string', default: '1000' },
    rates: { type: 'string', default: '40,200' },
    seconds: { type: 'string', default: '8' },
    rounds: { type: 'string', default: '3' },
    forms: { type: 'string', default: 'narrow,wide' }
  }
})
const consumers = Number(values.consumers)
const seconds = Number(values.seconds)
const rates = values.rates.split(',').map(Number)

interface Report { open: number, messages: number, delays: number[] }
interface Figure {
  form: string
  rate: number
  offered: number
  delivered: number
  microseconds: number
  p50: number
  p99: number
}

/** Seconds of processor time of a process and all that it started. */
const cpuSeconds = async (pids: readonly number[]): Promise<number> => {
  const stats = await Promise.all(pids.map(async pid => await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')))
  return stats.reduce((sum, stat) => {
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return sum + (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / 100
  }, 0)
}

const ask = async (readers: ChildProcess): Promise<Report> => {
  const answer = once(readers, 'message') as Promise<[Report]>
  readers.send('count')
  return (await answer)[0]
}

const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN

/** Sends at `rate` messages a second for `forSeconds`, at even distances. */
const sendAt = async (socket: WebSocket, rate: number, forSeconds: number): Promise<number> => {
  const begin = performance.now()
  const total = rate * forSeconds
  for (let sent = 0; sent < total;) {
    const due = Math.min(total, Math.floor((performance.now() - begin) / 1000 * rate) + 1)
    for (; sent < due; sent++) {
      const payload = { sent_at: performance.timeOrigin + performance.now(), fill: 'x'.repeat(120) }
      socket.send(JSON.stringify({ type: 'data', payload }))
    }
    await new Promise(resolve => setTimeout(resolve, 1))
  }
  return total
}

const measure = async (fleet: Fleet, form: string, pids: () => Promise<number[]>): Promise<Figure[]> => {
  const producer = await createAccount(fleet.urls.ap, 'bench-producer', 'producer')
  const tokens: string[] = []
  for (let i = 0; i < consumers; i += 20) {
    const some = Array.from({ length: Math.min(20, consumers - i) }, (_, j) => i + j)
    tokens.push(...await Promise.all(some.map(async n => {
      const consumer = await createAccount(fleet.urls.ap, `bench-consumer-${n}`, 'consumer')
      await subscribe(fleet.urls.sm, consumer, producer.user.id)
      return consumer.token
    })))
  }
  const folder = await mkdtemp(join(tmpdir(), 'motience-fan-out-'))
  await writeFile(join(folder, 'tokens'), tokens.join('\n'))
  const { hostname, port } = new URL(fleet.instances.find(({ name }) => name === 'wss2')!.url)
  const readers = fork(fileURLToPath(new URL('readers.ts', import.meta.url)), [hostname, port, join(folder, 'tokens')])
  const { url } = fleet.instances.find(({ name }) => name === 'wss1')!
  const socket = new WebSocket(`${url.replace('http', 'ws')}/producer`, {
    headers: { authorization: `Bearer ${producer.token}` }, perMessageDeflate: false
  })
  await once(socket, 'message')
  await waitFor(async () => (await ask(readers)).open === consumers, { timeoutMs: 60_000, what: 'all readers' })
  await sendAt(socket, 20, 2)
  await new Promise(resolve => setTimeout(resolve, 1000))
  const figures: Figure[] = []
  for (const rate of rates) {
    await ask(readers)
    const servers = await pids()
    const before = await cpuSeconds(servers)
    const total = await sendAt(socket, rate, seconds)
    // what is on its way
    await new Promise(resolve => setTimeout(resolve, 500))
    const used = await cpuSeconds(servers) - before
    const { messages, delays } = await ask(readers)
    delays.sort((a, b) => a - b)
    figures.push({
      form,
      rate,
      offered: total * consumers / seconds,
      delivered: messages / seconds,
      microseconds: used / messages * 1e6,
      p50: percentile(delays, 0.5),
      p99: percentile(delays, 0.99)
    })
    // a backlog of the last rate is not the next one's
    await waitFor(async () => (await ask(readers)).messages === 0, { timeoutMs: 120_000, what: 'the backlog' })
  }
  socket.terminate()
  readers.disconnect()
  await rm(folder, { recursive: true })
  return figures
}

const runForm = async (form: string): Promise<Figure[]> => {
  const logFolder = await mkdtemp(join(tmpdir(), 'motience-bench-'))
  const postgres = await startPostgres({ durable: true })
  const redis = await startRedis({ aof: 'everysec' })
  const fleet = await startFleet({
    databaseUrl: postgres.url,
    redisUrl: redis.url,
    copies: 1,
    logFolder,
    environment: {
      LOG_LEVEL: 'warn',
      WSS1_MESSAGE_RATE: '1000000',
      AP_LOGIN_RATE: '1000000',
      ...(form === 'narrow' ? { DSM_WIDE_LIST: '1000000' } : {})
    }
  })
  try {
    const pids = async (): Promise<number[]> =>
      [...fleet.instances.map(({ pid }) => pid), redis.pid, ...await processTree(postgres.pid)]
    return await measure(fleet, form, pids)
  } finally {
    await fleet.stop()
    await redis.remove()
    await postgres.remove()
    await rm(logFolder, { recursive: true, force: true })
  }
}

const figures: Figure[] = []
for (let round = 0; round < Number(values.rounds); round++) {
  for (const form of values.forms.split(',')) figures.push(...await runForm(form))
}
const median = (numbers: number[]): number => numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)]!
console.table(rates.flatMap(rate => values.forms.split(',').map(form => {
  const same = figures.filter(figure => figure.form === form && figure.rate === rate)
  const of = (name: 'offered' | 'delivered' | 'microseconds' | 'p50' | 'p99', digits = 0): number =>
    Number(median(same.map(figure => figure[name])).toFixed(digits))
  return {
    form,
    'messages/s': rate,
    consumers,
    'offered/s': of('offered'),
    'delivered/s': of('delivered'),
    'CPU µs a delivery': of('microseconds', 1),
    'p50 ms': of('p50', 1),
    'p99 ms': of('p99', 1)
  }
})))
