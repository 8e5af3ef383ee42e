import { spawn } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createMemoryBroker } from '@motience/broker'
import { readEnv } from '@motience/kit'
import { fakeAp, testDatabase } from '@motience/testing'
import t from 'tap'
import { DsmEnvSchema } from '../src/env.js'
import { startDsm } from '../src/index.js'
import type { Teardown } from './test-dsm.js'

/** SM over HTTP: answers the two calls that DSM makes by what `answer` says. */
const serveSm = async (t: Teardown, answer: (url: URL) => { status?: number, body: object }): Promise<string> => {
  const server = createServer((request, response) => {
    const { status = 200, body } = answer(new URL(request.url!, 'http://sm'))
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
  await new Promise<void>(resolve => { server.listen(0, '127.0.0.1', resolve) })
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const subscriber = (consumerId: number) => ({
  subscription_id: consumerId,
  consumer_id: consumerId,
  username: `c${consumerId}`,
  status: 'active',
  activated_at: null
})

t.test('started from its environment, with tokens of AP and subscribers of SM', async t => {
  const ap = await fakeAp(t)
  let version = 5
  let broken = false
  const smUrl = await serveSm(t, url => {
    if (broken) return { status: 500, body: {} }
    if (url.pathname === '/api/subscribers/7') {
      // The list changes between its pages once: then it has to be read anew.
      if (url.searchParams.get('cursor') === null) {
        return { body: { producer_id: 7, version, subscribers: [subscriber(1)], next_cursor: 'two' } }
      }
      return {
        body: {
          producer_id: 7,
          version: version === 5 ? ++version : version,
          subscribers: [subscriber(2)],
          next_cursor: null
        }
      }
    }
    if (url.pathname === '/api/subscriptions/1') {
      return {
        body: {
          consumer_id: 1,
          next_cursor: null,
          subscriptions: [
            {
              id: 1,
              consumer_id: 1,
              producer_id: 7,
              status: 'active',
              created_at: '',
              activated_at: '',
              activated_version: 0
            }
          ]
        }
      }
    }
    return { body: { consumer_id: 9, next_cursor: null, subscriptions: [] } }
  })
  const database = await testDatabase(t)
  const broker = createMemoryBroker()
  t.teardown(() => broker.close())
  const env = readEnv(DsmEnvSchema, {
    DSM_PORT: '0',
    AP_URL: ap.url,
    SM_URL: smUrl,
    SERVICE_SECRET: ap.secret,
    LOG_LEVEL: 'silent',
    DSM_RETENTION: '7d,1GB',
    DSM_MAX_PAYLOAD: '64'
  })
  const { urls, close } = await startDsm(env, { database, broker })
  t.teardown(close)
  const call = async (path: string, token: string | null, body?: object) =>
    await fetch(`${urls.http}${path}`, {
      headers: {
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' })
      },
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) })
    })
  const producer = await ap.issue({ role: 'producer', userId: 7, deviceId: 'pi' })

  t.equal((await call('/ready', null)).status, 200)
  t.equal((await call('/api/data', null, { producer_id: 7, payload: {} })).status, 401)
  t.equal(
    (await call('/api/data', await ap.signer.forge({ role: 'producer', userId: 7 }), { producer_id: 7, payload: {} }))
      .status,
    401
  )

  const accepted = await call('/api/data', producer, { producer_id: 7, payload: { n: 1 } })
  t.match(await accepted.json(), { offset: 1, subscriberCount: 2, duplicate: false })
  t.equal(version, 6)
  t.equal((await call('/api/data', producer, { producer_id: 7, payload: { text: 'x'.repeat(64) } })).status, 413)

  const page = await call('/api/data/7', await ap.issue({ role: 'consumer', userId: 1 }))
  t.match(await page.json(), { complete: true, items: [{ device_id: 'pi', offset: 1 }] })
  t.equal((await call('/api/data/7', await ap.issue({ role: 'consumer', userId: 9 }))).status, 403)

  broken = true
  t.equal((await call('/api/data/7', await ap.issue({ role: 'consumer', userId: 1 }))).status, 503)
  await broker.raiseVersion(7, 7)
  t.equal((await call('/api/data', producer, { producer_id: 7, payload: {} })).status, 503)
  t.match(await (await call('/metrics', null)).text(), /motience_dsm_accepted_messages_total(\{[^}]*\})? 1\n/)
})

t.test('as a process it stops with a message where its environment is wrong', async t => {
  const { DSM_PORT: _port, ...env } = process.env
  // With this process's own way to run TypeScript: another would spoil the coverage that is taken of both.
  const child = spawn(process.execPath, [...process.execArgv, 'src/server.ts'], {
    cwd: new URL('..', import.meta.url),
    env: { ...env, DSM_PORT: 'many', DSM_RETENTION: 'long' },
    stdio: ['ignore', 'ignore', 'pipe']
  })
  let text = ''
  child.stderr.setEncoding('utf8').on('data', (part: string) => { text += part })
  const code = await new Promise(resolve => { child.once('close', resolve) })
  t.not(code, 0)
  t.match(text, /DSM_PORT/)
  t.match(text, /DSM_RETENTION/)
})
