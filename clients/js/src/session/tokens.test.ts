import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import t, { type Test } from 'tap'
import { parseRetryAfter, RestError } from './rest.js'
import { createTokenSession } from './tokens.js'

type Answer = { status: number, body?: unknown, headers?: Record<string, string> }

const startAuth = async (t: Test, answer: (path: string, body: Record<string, string>) => Answer) => {
  const calls: string[] = []
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    let text = ''
    request.on('data', (chunk: Buffer) => { text += chunk.toString() })
    request.on('end', () => {
      const path = request.url!.replace('/api/auth/', '')
      calls.push(path)
      const { status, body, headers } = answer(path, JSON.parse(text) as Record<string, string>)
      response.writeHead(status, { 'content-type': 'application/json', ...headers })
      response.end(body === undefined ? '' : JSON.stringify(body))
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => { server.closeAllConnections(); server.close() })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, calls }
}

let issued = 0
const tokens = (expiresIn = 3600): Answer => {
  issued++
  return {
    status: 200,
    body: {
      access_token: `access-${issued}`,
      refresh_token: `refresh-${issued}`,
      token_type: 'Bearer',
      expires_in: expiresIn,
      user_id: 7,
      user: { username: 'pi' }
    }
  }
}
const problem = (status: number, code: string, headers: Record<string, string> = {}): Answer => ({
  status,
  headers,
  body: { type: 'about:blank', title: 'x', status, detail: 'No', code, request_id: 'r' }
})

t.test('concurrent callers share one login, and the token is cached', async t => {
  const { url, calls } = await startAuth(t, () => tokens())
  const session = createTokenSession({ authUrl: `${url}/`, username: 'pi', password: 'secret-word' })
  t.teardown(session.close)
  const [a, b] = await Promise.all([session.get(), session.get()])
  t.equal(a.token, b.token)
  t.equal(a.userId, 7)
  await session.get()
  t.same(calls, ['login'])
})

t.test('the token is renewed before it expires, with a refresh token that rotates', async t => {
  const spent: string[] = []
  const { url, calls } = await startAuth(t, (path, body) => {
    if (path === 'refresh') spent.push(body['refresh_token']!)
    return tokens()
  })
  let now = 0
  const session = createTokenSession({
    authUrl: url,
    username: 'pi',
    password: 'secret-word',
    now: () => now,
    random: () => 0
  })
  t.teardown(session.close)
  const renewed: string[] = []
  session.onRenewed(token => renewed.push(token.token))
  const first = await session.get()
  now = 3_539_999
  t.equal((await session.get()).token, first.token, 'a minute before the end it still serves')
  now = 3_540_000
  const second = await session.get()
  t.not(second.token, first.token)
  now += 3_540_000
  await session.get()
  t.same(calls, ['login', 'refresh', 'refresh'])
  t.equal(new Set(spent).size, 2)
  t.equal(renewed.length, 3)
})

t.test('the token is renewed on schedule, and retried after a failure', async t => {
  let refreshes = 0
  const { url } = await startAuth(t, path => {
    if (path === 'login') return tokens(1)
    refreshes++
    return refreshes === 1 ? problem(503, 'MOT_UNAVAILABLE') : tokens(3600)
  })
  const session = createTokenSession({ authUrl: url, username: 'pi', password: 'secret-word', random: () => 0 })
  t.teardown(session.close)
  await session.get()
  const renewed = new Promise<string>(resolve => session.onRenewed(token => resolve(token.token)))
  t.match(await renewed, /^access-/)
  t.equal(refreshes, 2)
})

t.test('a rejected refresh token leads to a new login; a missing response does not', async t => {
  let status = 503
  const { url, calls } = await startAuth(t, path =>
    path === 'login' ? tokens() : problem(status, status === 401 ? 'MOT_AP_REFRESH_REUSED' : 'MOT_UNAVAILABLE')
  )
  let now = 0
  const session = createTokenSession({
    authUrl: url,
    username: 'pi',
    password: 'secret-word',
    now: () => now,
    random: () => 0
  })
  t.teardown(session.close)
  const first = await session.get()
  now = 3_550_000
  t.equal((await session.get()).token, first.token, 'the old one serves while AP is away')
  t.same(calls, ['login', 'refresh'])
  now = 3_600_000
  t.match(
    await session.get().then(
      () => null,
      (error: unknown) => error as RestError
    ),
    { status: 503 },
    'but not past its end'
  )
  status = 401
  t.not((await session.get()).token, first.token)
  t.same(calls, ['login', 'refresh', 'refresh', 'refresh', 'login'])
})

t.test('a rejected token is not used again; rejecting an older one has no effect', async t => {
  const { url, calls } = await startAuth(t, () => tokens())
  const session = createTokenSession({ authUrl: url, username: 'pi', password: 'secret-word' })
  t.teardown(session.close)
  const first = await session.get()
  session.invalidate('another')
  t.equal((await session.get()).token, first.token)
  session.invalidate(first.token)
  t.not((await session.get()).token, first.token)
  t.same(calls, ['login', 'login'])
})

t.test('a rejection has its code and Retry-After', async t => {
  const { url } = await startAuth(t, () => problem(429, 'MOT_RATE_LIMITED', { 'retry-after': '7' }))
  const session = createTokenSession({ authUrl: url, username: 'pi', password: 'secret-word' })
  const error = await session.get().then(() => null, (error: unknown) => error as RestError)
  t.match(error, { status: 429, code: 'MOT_RATE_LIMITED', retryAfterMs: 7000, final: false })
})

t.test('a wrong password is final; missing and invalid responses are not', async t => {
  const { url } = await startAuth(t, () => problem(401, 'MOT_AP_BAD_CREDENTIALS'))
  const final = async (authUrl: string) =>
    createTokenSession({ authUrl, username: 'pi', password: 'secret-word', timeoutMs: 2000 })
      .get()
      .then(
        () => null,
        (error: RestError) => error.final
      )
  t.equal(await final(url), true)
  const nonsense = await startAuth(t, () => ({ status: 200, body: { hello: 1 } }))
  t.equal(await final(nonsense.url), false)
  t.equal(await final('http://127.0.0.1:1'), false)
})

t.test('logging out ends the session at AP', async t => {
  const { url, calls } = await startAuth(t, path => path === 'logout' ? { status: 204 } : tokens())
  const session = createTokenSession({ authUrl: url, username: 'pi', password: 'secret-word' })
  await session.get()
  await session.logout()
  await session.logout()
  t.same(calls, ['login', 'logout'], 'once')
})

t.test('Retry-After is read as seconds and as a date', async t => {
  t.equal(parseRetryAfter('3'), 3000)
  t.equal(parseRetryAfter('Thu, 01 Jan 1970 00:00:10 GMT', 4000), 6000)
  t.equal(parseRetryAfter('Thu, 01 Jan 1970 00:00:01 GMT', 4000), 0)
  t.equal(parseRetryAfter('soon'), null)
  t.equal(parseRetryAfter(null), null)
})
