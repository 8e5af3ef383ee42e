import { mkdtemp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startPostgres, startRedis } from '@motience/testing'
import { startFleet } from '../fleet/fleet.js'
import { barChart } from './bar-chart.js'
import { benchRest, type RestFigure } from './rest-calls.js'
import { benchSockets, type SocketFigure, type SocketScenario } from './sockets.js'

/**
 * `npm run bench`: the five services as processes of their own on private PostgreSQL and Redis, loaded over REST and
 * WebSockets from one more process, all on this machine. `-- --seconds 5` sets the time of each figure, `-- --save`
 * keeps the figures and their plots under docs/.
 */
const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '5' }, save: { type: 'boolean', default: false } }
})
const seconds = Number(values.seconds)

const scenarios: SocketScenario[] = [
  { name: '1 to 1, one at a time', producers: 1, consumers: 1, inFlight: 1, batch: 1 },
  { name: '1 to 1', producers: 1, consumers: 1, inFlight: 500, batch: 1 },
  { name: '1 to 1, batches of 100', producers: 1, consumers: 1, inFlight: 1000, batch: 100 },
  { name: '1 to 100', producers: 1, consumers: 100, inFlight: 100, batch: 1 },
  { name: '1 to 500', producers: 1, consumers: 500, inFlight: 20, batch: 1 },
  { name: '50 to 1', producers: 50, consumers: 1, inFlight: 20, batch: 1 }
]

const run = async (
  persist: boolean,
  chosen: readonly SocketScenario[],
  withRest: boolean
): Promise<{ rest: RestFigure[]; sockets: SocketFigure[] }> => {
  const logFolder = await mkdtemp(join(tmpdir(), 'motience-bench-'))
  const postgres = await startPostgres({ durable: true })
  const redis = await startRedis({ aof: 'everysec' })
  const fleet = await startFleet({
    databaseUrl: postgres.url,
    redisUrl: redis.url,
    copies: 1,
    logFolder,
    environment: { LOG_LEVEL: 'warn', DSM_PERSIST: String(persist), WSS1_MESSAGE_RATE: '1000000' }
  })
  try {
    const rest = withRest ? await benchRest(fleet, seconds) : []
    const sockets: SocketFigure[] = []
    for (const scenario of chosen) sockets.push(await benchSockets(fleet, scenario, seconds))
    return { rest, sockets }
  } finally {
    await fleet.stop()
    await redis.remove()
    await postgres.remove()
    await rm(logFolder, { recursive: true, force: true })
  }
}

const kept = await run(true, scenarios, true)
const unkept = await run(
  false,
  scenarios.filter(({ name }) => name === '1 to 1' || name === '1 to 1, one at a time'),
  false
)
const ratios = unkept.sockets.map(({ name, acksPerSecond }) => {
  const same = kept.sockets.find(figure => figure.name === name)
  return { name, keptToUnkept: Number(((same?.acksPerSecond ?? 0) / acksPerSecond).toFixed(2)) }
})
const processor =
  /model name\s*:\s*(.+)/.exec(await readFile('/proc/cpuinfo', 'utf8').catch(() => ''))?.[1] ?? 'unknown'
const figures = {
  machine: `${cpus().length} × ${processor}, Node ${process.version}`,
  seconds,
  rest: kept.rest,
  sockets: kept.sockets,
  ratios
}

console.log(`\n${figures.machine}; ${seconds} s a figure; database fsync on, Redis AOF everysec`)
console.table(figures.rest)
console.table(figures.sockets)
console.log('Messages a second with PostgreSQL before the ack, as a share of those without:')
console.table(figures.ratios)

if (values.save) {
  await mkdir('docs/bench', { recursive: true })
  await writeFile('docs/bench/figures.json', `${JSON.stringify(figures, null, 2)}\n`)
  await writeFile(
    'docs/bench/rest.svg',
    barChart(
      'REST: requests a second, 10 connections',
      figures.rest.map(figure => ({
        label: figure.call,
        value: figure.requestsPerSecond,
        text: `${figure.requestsPerSecond}/s, p99 ${figure.p99} ms`
      }))
    )
  )
  await writeFile(
    'docs/bench/deliveries.svg',
    barChart(
      'WebSockets: messages delivered a second',
      figures.sockets.map(figure => ({
        label: figure.name,
        value: figure.deliveriesPerSecond,
        text: `${figure.deliveriesPerSecond}/s`
      }))
    )
  )
  await writeFile(
    'docs/bench/latency.svg',
    barChart(
      "WebSockets: from the producer's send to the consumer, p99",
      figures.sockets.map(figure => ({
        label: figure.name,
        value: figure.p99,
        text: `${figure.p99.toFixed(1)} ms (p50 ${figure.p50.toFixed(1)})`
      }))
    )
  )
}
