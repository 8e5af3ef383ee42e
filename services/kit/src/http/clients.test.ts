import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import t, { type Test } from 'tap'
import { createServiceTokens } from '../auth/index.js'
import { fakeAp, waitFor } from '@motience/testing'
import { createInternalCaller, createInternalClients } from './index.js'

/** A server with the test's handler, which counts its requests. */
const serve = async (t: Test, handler: (request: IncomingMessage, response: ServerResponse, count: number) => void) => {
  let count = 0
  const server = createServer((request, response) => { handler(request, response, ++count) })
  await new Promise<void>(resolve => { server.listen(0, '127.0.0.1', resolve) })
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server, count: () => count }
}

t.test('typed clients call with the service\'s token', async t => {
  const ap = await fakeAp(t)
  const tokens = createServiceTokens({ apUrl: ap.url, service: 'sm', secret: ap.secret })
  const clients = createInternalClients({ ap: ap.url, tokens })
  t.teardown(async () => {
    tokens.close()
    await clients.close()
  })
  const added = ap.addUser({ role: 'producer', username: 'greenhouse' })
  const { data } = await clients.ap.GET('/api/users/{id}', { params: { path: { id: added.id } } })
  t.same(data, added)
  const missing = await clients.ap.GET('/api/users/{id}', { params: { path: { id: 99 } } })
  t.equal(missing.response.status, 404)
  t.match(missing.error, { code: 'MOT_NOT_FOUND' })
  await t.rejects(
    clients.dsm.GET('/api/data/{producerId}', { params: { path: { producerId: 1 } } }),
    /URL of DSM is not configured/
  )
})

t.test('bodies, and responses without one', async t => {
  const seen: string[] = []
  const { url } = await serve(t, (request, response) => {
    request
      .setEncoding('utf8')
      .on('data', (text: string) => {
        seen.push(text)
      })
      .on('end', () => {
        response.writeHead(204).end()
      })
  })
  const ap = await fakeAp(t)
  const tokens = createServiceTokens({ apUrl: ap.url, service: 'sm', secret: ap.secret })
  const clients = createInternalClients({ dsm: url, tokens })
  t.teardown(async () => {
    tokens.close()
    await clients.close()
  })
  const { response } = await clients.dsm.POST('/api/data', { body: { producer_id: 1, payload: { a: 'ü' } } })
  t.equal(response.status, 204)
  t.strictSame(seen, ['{"producer_id":1,"payload":{"a":"ü"}}'])
})

t.test('only idempotent calls are retried', async t => {
  const { url, count } = await serve(t, (request, response, n) => {
    if (n % 3 !== 0) request.socket.destroy()
    else response.end('{}')
  })
  const caller = createInternalCaller({ name: 'SM', url })
  t.teardown(async () => { await caller.close() })
  t.equal((await caller.call({ method: 'GET', path: '/' })).status, 200)
  t.equal(count(), 3)
  await t.rejects(caller.call({ method: 'POST', path: '/', body: '{}' }), {
    code: 'MOT_UNAVAILABLE',
    message: 'SM does not respond'
  })
  t.equal(count(), 4, 'a POST is not retried')
})

t.test('a rejected token is replaced once', async t => {
  const ap = await fakeAp(t)
  const authorizations = new Set<string | undefined>()
  const { url, count } = await serve(t, (request, response, n) => {
    authorizations.add(request.headers.authorization)
    response.writeHead(n === 1 || n > 2 ? 401 : 200).end('{}')
  })
  const tokens = createServiceTokens({ apUrl: ap.url, service: 'wss1', secret: ap.secret })
  const caller = createInternalCaller({ name: 'DSM', url, tokens })
  t.teardown(async () => {
    tokens.close()
    await caller.close()
  })
  t.equal((await caller.call({ method: 'POST', path: '/', body: '{}' })).status, 200)
  t.equal(authorizations.size, 2)
  t.equal(
    (await caller.call({ method: 'POST', path: '/', body: '{}' })).status,
    401,
    'the second rejection is returned'
  )
  t.equal(count(), 4)
})

t.test('a late response counts as a failure', async t => {
  const { url } = await serve(t, () => {})
  const caller = createInternalCaller({ name: 'DSM', url, timeoutMs: 50 })
  t.teardown(async () => { await caller.close() })
  await t.rejects(caller.call({ method: 'POST', path: '/' }), { code: 'MOT_UNAVAILABLE' })
})

t.test('the circuit opens after consecutive failures and closes when the service is back', async t => {
  let broken = true
  const { url, count } = await serve(t, (request, response) => {
    if (broken) request.socket.destroy()
    else response.writeHead(503).end('{}')
  })
  const caller = createInternalCaller({ name: 'DSM', url })
  t.teardown(async () => { await caller.close() })
  const post = async () => await caller.call({ method: 'POST', path: '/' })
  for (let i = 0; i < 5; i++) await t.rejects(post(), { code: 'MOT_UNAVAILABLE' })
  const before = count()
  await Promise.all(
    Array.from({ length: 50 }, async () => {
      await t.rejects(post(), { code: 'MOT_UNAVAILABLE', retryAfterSecs: 1 })
    })
  )
  t.ok(count() <= before + 1, 'an open circuit sends nothing but one attempt after half a second')
  broken = false
  const answer = await waitFor(async () => await post().catch(() => null), { what: 'the circuit to close' })
  t.equal(answer.status, 503, 'a 503 is a response')
  for (let i = 0; i < 10; i++) await post()
  t.equal((await post()).status, 503, 'responses of any status keep it closed')
})
