import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { createMemoryBroker } from '@motience/broker'
import { readEnv } from '@motience/kit'
import { ApEnvSchema } from '@motience/schemas'
import t from 'tap'
import { startAp } from '../src/index.js'
import { SECRET, testStores } from './test-ap.js'

/** One folder for all starts: making a new database takes seconds. */
const dataDir = t.testdir()

const environment = (changes: Record<string, string> = {}) =>
  readEnv(ApEnvSchema, { AP_PORT: '0', SERVICE_SECRET: SECRET, LOG_LEVEL: 'silent', ...changes })

t.test('on parts of its own, kept in DATA_DIR', async t => {
  const env = environment({ DATA_DIR: dataDir })
  const first = await startAp(env)
  const keys = await (await fetch(`${first.urls.http}/.well-known/jwks.json`)).json()
  t.equal((await fetch(`${first.urls.http}/ready`)).status, 200)
  await first.close()
  await t.rejects(fetch(`${first.urls.http}/ready`))

  const second = await startAp(env)
  const again = await (await fetch(`${second.urls.http}/.well-known/jwks.json`)).json()
  await second.close()
  t.same(again, keys, 'the keys outlive a restart')
})

t.test('on shared parts, which it leaves open', async t => {
  const shared = await testStores(t)
  const { urls, close } = await startAp(environment(), shared)
  t.equal((await fetch(`${urls.http}/health`)).status, 200)
  await close()
  await shared.database.ping()
  await shared.broker.ping()
})

t.test('a port in use stops the start with the variable\'s name', async t => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close())
  const { port } = server.address() as { port: number }
  await t.rejects(startAp(environment({ AP_PORT: String(port) }), await testStores(t)), {
    message: `AP_PORT: port ${port} of 127.0.0.1 is in use; stop what uses it, or choose another`
  })
})

t.test('a missing or short secret stops the start with its name', async t => {
  const broker = createMemoryBroker()
  t.teardown(async () => { await broker.close() })
  for (const SERVICE_SECRET of ['', 'fifteen letters']) {
    await t.rejects(startAp(environment({ SERVICE_SECRET }), { broker }), { message: /SERVICE_SECRET/ })
  }
})

t.test('as a process: a bad variable ends it with a message, a signal with 0', async t => {
  const start = (changes: Record<string, string>) =>
    spawn(
      process.execPath,
      ['--conditions=motience-source', '--import', 'tsx', fileURLToPath(new URL('../src/server.ts', import.meta.url))],
      {
        env: { PATH: process.env['PATH'], AP_PORT: '0', SERVICE_SECRET: SECRET, DATA_DIR: dataDir, ...changes },
        stdio: 'pipe'
      }
    )
  const bad = start({ JWT_EXPIRES_IN: 'soon', AP_LOGIN_RATE: 'x' })
  const [message, [code]] = await Promise.all([text(bad.stderr), once(bad, 'exit') as Promise<[number]>])
  t.equal(code, 1)
  t.match(message, /JWT_EXPIRES_IN[^]*AP_LOGIN_RATE/)

  const good = start({})
  for await (const line of createInterface(good.stdout)) {
    if (line.includes('Listening at')) break
  }
  good.kill('SIGTERM')
  t.same(await once(good, 'exit'), [0, null])
})
