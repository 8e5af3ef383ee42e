import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { CommonEnvSchema } from '@motience/schemas'
import t from 'tap'
import { openServiceBroker, openServiceDatabase, pingService, readEnv, startService } from './index.js'

const environment = (changes: Record<string, string> = {}) =>
  readEnv(CommonEnvSchema, { SERVICE_SECRET: 'sixteen-or-more-characters', LOG_LEVEL: 'silent', ...changes })

/** Records when it is closed. */
const part = (name: string, closed: string[]) => ({ name, close: async () => { closed.push(name) } })

t.test('closes what was opened once, in reverse order', async t => {
  const closed: string[] = []
  const running = await startService('sm', environment(), {}, async ({ secret, opened }) => {
    t.equal(secret, 'sixteen-or-more-characters')
    t.equal(opened(part('first', closed)).name, 'first')
    opened(part('second', closed))
    return { http: 'http://127.0.0.1:1' }
  })
  t.strictSame(running.urls, { http: 'http://127.0.0.1:1' })
  t.strictSame(closed, [])
  await running.close()
  await running.close()
  t.strictSame(closed, ['second', 'first'])
})

t.test('a failed start closes what was opened and rejects with the reason', async t => {
  const closed: string[] = []
  const reason = new Error('The port is taken')
  await t.rejects(startService('sm', environment(), {}, async ({ opened }) => {
    opened(part('first', closed))
    throw reason
  }), reason)
  t.strictSame(closed, ['first'])
})

t.test('opens nothing without a secret', async t => {
  await t.rejects(
    startService('sm', environment({ SERVICE_SECRET: '' }), {}, async () => {
      t.fail('started')
    }),
    { message: /SERVICE_SECRET/ }
  )
})

t.test('without URLs it uses the embedded database, in a folder of its own, and the in-memory broker', async t => {
  const dir = t.testdir()
  const env = environment({ DATA_DIR: dir, LOG_MAX_MESSAGES: '2', DB_WAIT_MS: '0' })
  await startService('dsm', env, {}, async ({ logger, opened }) => {
    const database = opened(await openServiceDatabase(env, logger))
    t.equal(database.kind, 'embedded')
    await t.rejects(openServiceDatabase(env, logger), { name: 'DataDirInUseError', message: /database/ })
    t.equal(opened(await openServiceBroker(env, logger)).kind, 'memory')
  }).then(async ({ close }) => await close())
})

t.test('pings a service by its health', async t => {
  let status = 200
  const server = createServer((request, response) => {
    response.writeHead(request.url === '/health' ? status : 404).end('{}')
  })
  await new Promise<void>(resolve => { server.listen(0, '127.0.0.1', resolve) })
  t.teardown(() => server.close())
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  await pingService('SM', url)
  status = 500
  await t.rejects(pingService('SM', url), { message: 'SM returned 500' })
})
