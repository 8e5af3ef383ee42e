import { connect } from 'node:net'
import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import t, { type Test } from 'tap'
import { waitFor } from '@motience/testing'
import {
  buildService, CLIENT_ADDRESS_HEADER, createClientAddresses, createLogger, listen, redactUrl, type ServiceApp,
  type ServiceOptions
} from './index.js'

const build = async (t: Test, options: Partial<ServiceOptions> = {}): Promise<ServiceApp> => {
  const app = await buildService('ap', { ready: {}, ...options })
  t.teardown(async () => { await app.close() })
  return app
}

/** Sends a text to a service as it is; resolves to everything received until the service closed the connection. */
const sendRaw = async (url: string, text: string): Promise<string> => {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  let received = ''
  socket.setEncoding('utf8').on('data', (chunk: string) => { received += chunk })
  socket.write(text)
  await once(socket, 'close')
  return received
}

t.test('exceeding a rate limit is a problem with `Retry-After`', async t => {
  const app = await build(t)
  app.get('/slowly', { config: { rateLimit: { max: 2, timeWindow: 60_000 } } }, async () => ({}))
  app.get('/freely', async () => ({}))
  t.equal((await app.inject('/slowly')).statusCode, 200)
  t.equal((await app.inject('/slowly')).statusCode, 200)
  const refused = await app.inject('/slowly')
  t.match(refused.json(), { status: 429, code: 'MOT_RATE_LIMITED' })
  const wait = Number(refused.headers['retry-after'])
  t.ok(wait > 50 && wait <= 60, `Retry-After ${wait}`)
  t.equal((await app.inject('/freely')).statusCode, 200)
})

t.test("rate limits distinguish clients behind a page's proxy, and ignore unsigned addresses", async t => {
  const addresses = createClientAddresses('a secret of the services')
  const app = await build(t, { clientAddresses: addresses })
  app.get('/slowly', { config: { rateLimit: { max: 1, timeWindow: 60_000 } } }, async request => ({
    address: request.clientAddress
  }))
  const ask = async (header?: string) =>
    await app.inject({
      url: '/slowly',
      headers: { 'x-forwarded-for': '9.9.9.9', ...(header === undefined ? {} : { [CLIENT_ADDRESS_HEADER]: header }) }
    })
  const first = await ask(addresses.sign('203.0.113.7'))
  t.same(first.json(), { address: '203.0.113.7' })
  t.equal((await ask(addresses.sign('203.0.113.7'))).statusCode, 429)
  t.same((await ask(addresses.sign('2001:db8::7'))).json(), { address: '2001:db8::7' })
  t.same((await ask()).json(), { address: '127.0.0.1' }, 'a direct client has its own address')
  const signature = addresses.sign('203.0.113.8').split(' ')[1]!
  const forged = [
    '203.0.113.9',
    `203.0.113.9 ${signature}`,
    '203.0.113.9 ',
    createClientAddresses('another secret').sign('203.0.113.9'),
    addresses.sign('no address'),
    `203.0.113.8  ${signature}`
  ]
  for (const header of forged) t.equal((await ask(header)).statusCode, 429, `ignores ${header}`)
  const none = await build(t)
  none.get('/x', async request => request.clientAddress)
  t.equal(
    (await none.inject({ url: '/x', headers: { [CLIENT_ADDRESS_HEADER]: addresses.sign('203.0.113.7') } })).body,
    '127.0.0.1'
  )
})

t.test('a rate limit for all routes exempts health and metrics', async t => {
  const app = await build(t, { rateLimit: { max: 1, timeWindow: 60_000 } })
  app.get('/x', async () => ({}))
  t.equal((await app.inject('/x')).statusCode, 200)
  t.equal((await app.inject('/x')).statusCode, 429)
  for (const path of ['/health', '/health', '/ready', '/ready', '/metrics', '/metrics']) {
    t.equal((await app.inject(path)).statusCode, 200)
  }
})

t.test('a service whose event loop lags sheds load but stays healthy', async t => {
  const app = await build(t, { maxEventLoopDelayMs: 1 })
  app.get('/x', async () => ({}))
  const block = (): void => { for (const end = performance.now() + 30; performance.now() < end;); }
  const refused = await waitFor(async () => {
    block()
    const answer = await app.inject('/x')
    return answer.statusCode === 503 ? answer : null
  }, { what: 'the lag to be noticed' })
  t.match(refused.json(), { code: 'MOT_UNAVAILABLE' })
  t.equal(refused.headers['retry-after'], '2')
  t.equal((await app.inject('/health')).statusCode, 200)
})

t.test('sends security and CORS headers', async t => {
  const app = await build(t, { corsOrigin: 'http://a.example, http://b.example' })
  app.post('/x', async () => ({}))
  const ask = async (origin: string) =>
    await app.inject({ method: 'OPTIONS', url: '/x', headers: { origin, 'access-control-request-method': 'POST' } })
  t.equal((await ask('http://b.example')).headers['access-control-allow-origin'], 'http://b.example')
  t.equal((await ask('http://c.example')).headers['access-control-allow-origin'], undefined)
  const { headers } = await app.inject({ method: 'POST', url: '/x' })
  t.match(headers, { 'x-content-type-options': 'nosniff', 'x-frame-options': 'SAMEORIGIN' })
  const open = await build(t, { corsOrigin: '*' })
  open.get('/y', async () => ({}))
  t.equal(
    (await open.inject({ url: '/y', headers: { origin: 'http://c.example' } })).headers['access-control-allow-origin'],
    '*'
  )
})

t.test('accepts a plain word as request id', async t => {
  const app = await build(t)
  t.equal(
    (await app.inject({ url: '/nowhere', headers: { 'x-request-id': 'abc-1' } })).headers['x-request-id'],
    'abc-1'
  )
  t.equal(
    (await app.inject({ url: '/nowhere', headers: { 'x-request-id': 'abc-1' } })).json<{ request_id: string }>()
      .request_id,
    'abc-1'
  )
  t.match(
    (await app.inject({ url: '/nowhere', headers: { 'x-request-id': 'a"b\n' } })).headers['x-request-id'],
    /^[0-9a-f-]{36}$/
  )
})

t.test('malformed and slow requests are answered and closed', async t => {
  const app = await build(t, { requestTimeoutMs: 300 })
  app.post('/x', async request => request.body)
  const url = await listen(app, { host: '127.0.0.1', port: 0, variable: 'AP_PORT' })
  t.match(await sendRaw(url, 'NONSENSE\r\n\r\n'), /^HTTP\/1\.1 400 [^]*application\/problem\+json[^]*MOT_BAD_INPUT/)
  t.match(await sendRaw(url, `GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${'a'.repeat(40_000)}\r\n\r\n`), /^HTTP\/1\.1 431 /)
  t.match(
    await sendRaw(url, 'POST /x HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n{'),
    /^HTTP\/1\.1 408 [^]*MOT_TIMEOUT/
  )
  t.match(await sendRaw(url, 'GET /x HTT'), /^HTTP\/1\.1 408 /, 'slow headers, too')
})

t.test('logs contain refusals and failures but no secrets', async t => {
  const lines: string[] = []
  const stream = new PassThrough()
  stream.on('data', (chunk: Buffer) => { lines.push(...chunk.toString().trim().split('\n')) })
  const app = await build(t, { logger: createLogger('ap', 'debug', stream) })
  app.get('/fails', async request => {
    request.log.info({ token: 'hush-1', headers: request.headers, user: { password: 'hush-2' } }, 'Contains secrets')
    throw new Error('internals')
  })
  app.get('/works', async () => ({}))
  const headers = { authorization: 'Bearer hush-3', 'sec-websocket-protocol': 'motience.v1, token.hush-4' }
  await app.inject({ url: '/fails?token=hush-5&a=1', headers })
  await app.inject({ url: '/nowhere?a=1&access_token=hush-6', headers })
  await app.inject({ url: '/works?token=hush-7', headers })
  const text = lines.join('\n')
  t.notMatch(text, /hush/)
  const entries = lines.map(line => JSON.parse(line) as Record<string, unknown>)
  t.match(
    entries.find(entry => entry['msg'] === 'Failed to answer'),
    { level: 50, url: '/fails?token=***&a=1', err: { message: 'internals' }, request_id: String }
  )
  t.match(
    entries.find(entry => entry['msg'] === 'Refused a request'),
    { level: 40, status: 404, url: '/nowhere?a=1&access_token=***' }
  )
  t.match(entries.find(entry => entry['msg'] === 'Answered a request'), { level: 20, status: 500 })
})

t.test('logs slow requests at info and others at debug', async t => {
  const log = async (slowRequestMs?: number): Promise<unknown[]> => {
    const lines: string[] = []
    const stream = new PassThrough()
    stream.on('data', (chunk: Buffer) => { lines.push(...chunk.toString().trim().split('\n')) })
    const app = await build(t, {
      logger: createLogger('ap', 'info', stream),
      ...(slowRequestMs === undefined ? {} : { slowRequestMs })
    })
    app.get('/works', async () => ({}))
    await app.inject('/works?token=hush&a=1')
    return lines.map(line => JSON.parse(line) as unknown)
  }
  t.match(await log(0), [
    { level: 30, service: 'ap', msg: 'Answered a request slowly', url: '/works?token=***&a=1', status: 200, ms: Number }
  ])
  t.same(await log(), [])
})

t.test('logs URLs shortened and without tokens', async t => {
  t.equal(redactUrl('/producer?token=abc.def'), '/producer?token=***')
  t.equal(redactUrl('/x?q=token&TOKEN=a&refresh_token=b'), '/x?q=token&TOKEN=***&refresh_token=***')
  t.equal(redactUrl('/write?db=a&u=pi&p=secret&precision=s'), '/write?db=a&u=pi&p=***&precision=s')
  t.equal(redactUrl('/write?%70=secret&to%6ben=secret&%zz=1'), '/write?%70=***&to%6ben=***&%zz=1')
  const key = `mot_d_abc123def456_${'S'.repeat(43)}`
  for (const url of [`/api/devices/${key}`, `/write?password=${key}`, `/x?${key}=1&a=${key}%20`, '/x/eyJh.eyJi.c-_1']) {
    t.notMatch(redactUrl(url), /S{5}|eyJ/, url)
  }
  t.equal(redactUrl(`/${'x'.repeat(10_000)}`).length, 512)
})

t.test('a method that HTTP does not know is answered 405, with those that there are', async t => {
  const app = await build(t)
  const url = await listen(app, { host: '127.0.0.1', port: 0, variable: 'AP_PORT' })
  const answer = await sendRaw(url, 'FETCH /health HTTP/1.1\r\nHost: x\r\n\r\n')
  t.match(answer, /^HTTP\/1\.1 405 Method Not Allowed\r\n/)
  t.match(answer, /\r\nAllow: GET, HEAD, /)
  t.match(answer, /"code":"MOT_METHOD_NOT_ALLOWED"/)
})
