import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brokerKinds, databaseKinds, freePort, portVariables, startRedis, testDatabaseUrl } from '@motience/testing'
import t, { type Test } from 'tap'
import { root } from './quick-start.js'

// It builds what has changed first.
t.setTimeout(300_000)

const freePorts = async (): Promise<Record<string, string>> =>
  Object.fromEntries(await Promise.all(portVariables.map(async name => [name, String(await freePort())])))

/** One of the root's scripts, run from a folder outside of the project; resolves to its output and exit code. */
const run = async (
  t: Test,
  script: 'start-all.sh' | 'stop-all.sh',
  runDir: string,
  environment: Record<string, string>
): Promise<{ code: number | null; output: string; errors: string }> => {
  const child = spawn(join(root, script), {
    cwd: tmpdir(),
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], RUN_DIR: runDir, ...environment },
    stdio: ['ignore', 'pipe', 'pipe']
  })
  t.teardown(() => child.kill('SIGKILL'))
  let output = ''
  let errors = ''
  child.stdout.on('data', (chunk: Buffer) => { output += chunk.toString() })
  child.stderr.on('data', (chunk: Buffer) => { errors += chunk.toString() })
  const [code] = await once(child, 'close') as [number | null]
  return { code, output, errors }
}

t.test('a start without its database reports the reason in one line, each time the current one', async t => {
  const away = await freePort()
  const runDir = t.testdir()
  const environment = {
    ...await freePorts(),
    DATABASE_URL: `postgres://user:hush@127.0.0.1:${away}/motience`,
    REDIS_URL: `redis://127.0.0.1:${away}`,
    DB_WAIT_MS: '0'
  }
  t.match(await run(t, 'start-all.sh', runDir, environment), {
    code: 1,
    errors: `start-all: ap could not start: PostgreSQL at 127.0.0.1:${away}/motience is unavailable (ECONNREFUSED); ` +
      'gave up after 0 ms\n'
  })
  t.match(await run(t, 'start-all.sh', runDir, { ...environment, AP_PORT: 'http' }), {
    code: 1,
    errors: 'start-all: ap could not start: AP_PORT must be an integer from 0 to 65535, not \'http\'\n'
  })
})

t.test('the services start and shut down gracefully from any directory', async t => {
  if ((await databaseKinds()).length + (await brokerKinds()).length < 4) {
    return t.comment('PostgreSQL or Redis was not found')
  }
  const redis = await startRedis()
  t.teardown(() => redis.remove())
  const runDir = t.testdir()
  const ports = await freePorts()
  const environment: Record<string, string> = { ...ports, DATABASE_URL: await testDatabaseUrl(t), REDIS_URL: redis.url }
  for (const service of ['AP', 'SM', 'DSM']) {
    environment[`${service}_URL`] = `http://127.0.0.1:${ports[`${service}_PORT`]}`
  }
  t.teardown(() => run(t, 'stop-all.sh', runDir, environment))

  const started = await run(t, 'start-all.sh', runDir, environment)
  t.match(started, { code: 0, errors: '' })
  for (const service of ['ap', 'sm', 'dsm', 'wss1', 'wss2']) {
    t.match(started.output, new RegExp(`^${service} +ready +pid \\d+`, 'm'))
  }
  t.match(await run(t, 'start-all.sh', runDir, environment), {
    code: 1, errors: /^start-all: ap is already running \(pid \d+\); stop it with \.\/stop-all\.sh\n$/
  })

  t.match(await run(t, 'stop-all.sh', runDir, environment), {
    code: 0, output: 'wss1 stopped\nwss2 stopped\ndsm stopped\nsm stopped\nap stopped\n', errors: ''
  })
  t.notOk((await readdir(runDir)).some(file => file.endsWith('.pid')))
})
