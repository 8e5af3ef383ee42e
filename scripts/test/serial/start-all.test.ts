import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { freePort } from '@motience/testing'
import t, { type Test } from 'tap'
import { root } from './quick-start.js'

// It builds what has changed first.
t.setTimeout(300_000)

/** `./start-all.sh` as a user types it; resolves to what it said and how it ended. */
const startAll = async (
  t: Test,
  runDir: string,
  environment: Record<string, string>
): Promise<{ code: number | null; errors: string }> => {
  const names = ['AP_PORT', 'SM_PORT', 'DSM_PORT', 'WSS1_PORT', 'WSS1_HTTP_PORT', 'WSS2_PORT', 'WSS2_HTTP_PORT']
  const ports = Object.fromEntries(await Promise.all(names.map(async name => [name, String(await freePort())])))
  const child = spawn('./start-all.sh', {
    cwd: root,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], RUN_DIR: runDir, ...ports, ...environment },
    stdio: ['ignore', 'ignore', 'pipe']
  })
  t.teardown(() => child.kill('SIGKILL'))
  let errors = ''
  child.stderr.on('data', (chunk: Buffer) => { errors += chunk.toString() })
  const [code] = await once(child, 'close') as [number | null]
  return { code, errors }
}

t.test('a start without its database says so in one line, each time what holds then', async t => {
  const away = await freePort()
  const runDir = t.testdir()
  const environment = {
    DATABASE_URL: `postgres://user:hush@127.0.0.1:${away}/motience`,
    REDIS_URL: `redis://127.0.0.1:${away}`,
    DB_WAIT_MS: '0'
  }
  t.same(await startAll(t, runDir, environment), {
    code: 1,
    errors: `start-all: ap could not start: PostgreSQL at 127.0.0.1:${away}/motience does not answer (ECONNREFUSED); gave up after 0 ms\n`
  })
  t.same(await startAll(t, runDir, { ...environment, AP_PORT: 'http' }), {
    code: 1,
    errors: 'start-all: ap could not start: AP_PORT must be an integer from 0 to 65535, not \'http\'\n'
  })
})
