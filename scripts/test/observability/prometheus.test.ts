import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { findCommand, freePort, serversRequired, tempDir, waitFor } from '@motience/testing'
import t, { type Test } from 'tap'
import { parse } from 'yaml'
import { startMonitoredPlatform, type Job, type MonitoredPlatform } from './monitored-platform.js'
import { dashboardQueries, infraPath, readDashboards } from './monitoring-files.js'
import { withoutVariables } from './promql.js'

// On a busy machine, scrapes and evaluations take their time.
t.setTimeout(300_000)

const prometheus = findCommand('prometheus')

/** Prometheus' answers to queries and about its rules. */
interface Answers {
  query: { result: { metric: Record<string, string>, value: [number, string] }[] }
  rules: { groups: { rules: { name: string, health: string, lastError?: string, state?: string }[] }[] }
}

interface ScrapeConfig { job_name: Job, static_configs?: object[], file_sd_configs?: object[] }

/** `infra/prometheus/prometheus.yml` with these targets, at a pace for tests. */
const testConfig = async (targets: MonitoredPlatform['targets']): Promise<object> => {
  const config = parse(await readFile(infraPath('prometheus/prometheus.yml'), 'utf8')) as {
    rule_files: string[], scrape_configs: ScrapeConfig[]
  }
  return {
    ...config,
    global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
    rule_files: config.rule_files.map(file => infraPath(`prometheus/${file}`)),
    scrape_configs: config.scrape_configs.map(({ job_name: job }) => ({
      job_name: job,
      static_configs: [{
        targets: [new URL(targets[job]).host],
        ...(job === 'agent' ? { labels: { producer: 'greenhouse' } } : {})
      }]
    }))
  }
}

/** Starts Prometheus; resolves to what asks its API. */
const start = async (t: Test, targets: MonitoredPlatform['targets']) => {
  const dir = tempDir(t)
  const port = await freePort()
  await writeFile(join(dir, 'prometheus.yml'), JSON.stringify(await testConfig(targets)))
  const child = spawn(prometheus!, [
    `--config.file=${dir}/prometheus.yml`, `--storage.tsdb.path=${dir}/data`, `--web.listen-address=127.0.0.1:${port}`
  ], { stdio: ['ignore', 'ignore', 'pipe'] })
  let log = ''
  child.stderr.on('data', (chunk: Buffer) => { log = (log + chunk.toString()).slice(-4_000) })
  const ended = once(child, 'close')
  t.teardown(async () => {
    child.kill('SIGKILL')
    await ended
  })
  const ask = async <Kind extends keyof Answers>(kind: Kind, query = ''): Promise<Answers[Kind]> => {
    const response = await fetch(`http://127.0.0.1:${port}/api/v1/${kind}?${new URLSearchParams({ query })}`)
    const { data, error } = await response.json() as { data: Answers[Kind], error?: string }
    if (error !== undefined) throw new Error(`${query}: ${error}`)
    return data
  }
  await waitFor(() => ask('query', 'up'), { timeoutMs: 30_000, what: 'Prometheus' }).catch((cause: unknown) => {
    throw new Error(log, { cause })
  })
  return ask
}

/** Whether an expression selects faults, and so has no result where there are none. */
const selectsFaults = (expr: string): boolean => expr.startsWith('ALERTS') || /(?:>|==) 0$/.test(expr)

t.test('Prometheus evaluates every rule and has data for every panel', async t => {
  if (prometheus === null) {
    if (serversRequired()) t.fail('prometheus was not found, and MOTIENCE_REQUIRE_SERVERS=1 asks for it')
    return t.comment('prometheus was not found on this machine')
  }
  const platform = await startMonitoredPlatform(t)
  const ask = await start(t, platform.targets)
  await waitFor(async () => (await ask('query', 'up == 1')).result.length === 6, {
    timeoutMs: 60_000,
    what: 'all targets'
  })

  const queries = (await readDashboards()).flatMap(([file, dashboard]) =>
    dashboardQueries(dashboard).map(([where, expr]) => ({
      where: `${file}: ${where}`,
      expr: withoutVariables(expr, '15s')
    }))
  )
  let waiting = queries
  await waitFor(async () => {
    await platform.use()
    const results = await Promise.all(waiting.map(({ expr }) => ask('query', expr)))
    waiting = waiting.filter(({ expr }, i) => results[i]!.result.length === 0 && !selectsFaults(expr))
    return waiting.length === 0
  }, { timeoutMs: 90_000, what: 'data for every panel' }).catch(() => null)
  t.same(waiting, [], 'no panel is empty')

  const rules = async () => (await ask('rules')).groups.flatMap(group => group.rules)
  await waitFor(async () => (await rules()).every(({ health }) => health !== 'unknown'), { timeoutMs: 30_000 })
  for (const { name, health, lastError = '' } of await rules()) t.same([health, lastError], ['ok', ''], name)
  t.same((await rules()).filter(({ state }) => state === 'firing'), [], 'nothing fires on a healthy platform')
})
