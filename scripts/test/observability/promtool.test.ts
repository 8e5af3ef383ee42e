import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { findCommand, serversRequired, tempDir } from '@motience/testing'
import t, { type Test } from 'tap'
import { startMonitoredPlatform, type Job } from './monitored-platform.js'
import { dashboardQueries, infraPath, readDashboards } from './monitoring-files.js'
import { withoutVariables } from './promql.js'

const promtool = findCommand('promtool')

/** Runs promtool and resolves to its exit code and to what it wrote. */
const run = async (args: readonly string[], input = ''): Promise<{ code: number, output: string }> => {
  const child = spawn(promtool!, args, { stdio: ['pipe', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString()
    })
  }
  child.stdin.end(input)
  const [code] = await once(child, 'close') as [number]
  return { code, output }
}

const check = async (t: Test, ...args: string[]): Promise<void> => {
  const { code, output } = await run(args)
  t.equal(code, 0, output)
}

const filesIn = async (folder: string): Promise<string[]> =>
  (await readdir(infraPath(folder))).map(file => infraPath(`${folder}${file}`))

t.test('promtool', async t => {
  if (promtool === null) {
    if (serversRequired()) t.fail('promtool was not found, and MOTIENCE_REQUIRE_SERVERS=1 asks for it')
    return t.comment('promtool was not found on this machine')
  }

  t.test('accepts the configuration and the rules', async t => {
    await check(t, 'check', 'config', infraPath('prometheus/prometheus.yml'))
    await check(t, 'check', 'rules', '--lint=all', '--lint-fatal', ...await filesIn('prometheus/rules/'))
  })

  t.test('finds that each alert fires when it should', async t => {
    await check(t, 'test', 'rules', ...await filesIn('prometheus/tests/'))
  })

  t.test('accepts the queries of the dashboards', async t => {
    const rules = (await readDashboards()).flatMap(([, dashboard]) => dashboardQueries(dashboard))
      .map(([, expr], index) => ({ record: `query:${index}`, expr: withoutVariables(expr) }))
    const file = join(tempDir(t), 'dashboards.yml')
    await writeFile(file, JSON.stringify({ groups: [{ name: 'dashboards', rules }] }))
    await check(t, 'check', 'rules', file)
  })

  t.test('has no complaint about the metrics of a service or an agent', async t => {
    const platform = await startMonitoredPlatform(t)
    await platform.use()
    for (const job of Object.keys(platform.targets) as Job[]) {
      t.same(await run(['check', 'metrics'], await platform.scrape(job)), { code: 0, output: '' }, job)
    }
    const counter = '# HELP things Things\n# TYPE things counter\nthings 1\n'
    t.match(await run(['check', 'metrics'], counter), { code: 3, output: /_total/ }, 'its lint is in effect')
  })
})
