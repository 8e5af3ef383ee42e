import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { anyPorts, databaseKinds, testDatabaseUrl, waitFor } from '@motience/testing'
import t, { type Test } from 'tap'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const services = ['ap', 'sm', 'dsm', 'wss1', 'wss2', 'mqtt']
/** Runs `args` with Node until it listened at `listeners` addresses and answered a request, and then stops it. */
const linesOf = async (
  t: Test,
  args: string[],
  listeners: number,
  env: Record<string, string> = {}
): Promise<string[]> => {
  const child = spawn(process.execPath, ['--conditions=motience-source', '--import', 'tsx', ...args], {
    cwd: root,
    env: {
      PATH: process.env['PATH'],
      ...anyPorts,
      DATA_DIR: t.testdir(),
      SERVICE_SECRET: 'a secret of these tests',
      LOG_LEVEL: 'info',
      ...env
    },
    stdio: ['ignore', 'pipe', 'inherit']
  })
  t.teardown(() => child.kill('SIGKILL'))
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString()
  })
  const ended = once(child, 'close')
  const urls = (): string[] => [...output.matchAll(/Listening at (http:[^"\s]+)/g)].map(([, url]) => url!)
  await waitFor(() => urls().length === listeners || child.exitCode !== null, {
    timeoutMs: 60_000,
    what: args.join(' ')
  })
  for (const url of urls()) await fetch(`${url}/no/such/route`)
  child.kill('SIGTERM')
  await ended
  return output.split('\n').filter(line => line.startsWith('{'))
}

/** The service of a line, which has to be named once, and by no other field. */
const serviceOf = (t: Test, line: string): string => {
  const fields = JSON.parse(line) as { service: string }
  t.equal(line.match(/"service":/g)?.length, 1, line)
  t.notOk('name' in fields, line)
  return fields.service
}

t.test('each line of a service in its own process names the service', async t => {
  const stored = (await databaseKinds()).includes('postgres')
  for (const service of services) {
    const env: Record<string, string> = stored ? { DATABASE_URL: await testDatabaseUrl(t) } : {}
    const lines = await linesOf(t, [`services/${service}/src/server.ts`], service.startsWith('wss') ? 2 : 1, env)
    t.same(new Set(lines.map(line => serviceOf(t, line))), new Set([service]))
    for (const message of ['Refused a request', 'Stopping']) t.ok(lines.some(line => line.includes(message)), message)
  }
})

t.test('each line of the platform in one process names its service in the same field', async t => {
  const start = "import('@motience/platform').then(({ runPlatform }) => runPlatform())"
  const lines = await linesOf(t, ['--eval', start], 7)
  t.same(new Set(lines.map(line => serviceOf(t, line))), new Set([...services, 'platform']))
})
