import { once } from 'node:events'
import { createServer as createTlsServer } from 'node:https'
import {
  createServer, request as httpRequest, type IncomingMessage, type RequestListener, type RequestOptions, type Server,
  type ServerResponse
} from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { readFile } from 'node:fs/promises'
import { buildService, CLIENT_ADDRESS_HEADER, createClientAddresses, listen } from '@motience/kit'
import { makeCertificates, waitFor } from '@motience/testing'
import t, { type Test } from 'tap'
import { proxyApi, type ApiProxyOptions } from './api-proxy.js'

const clientAddresses = createClientAddresses('a secret of these tests')

/** A service behind a page's proxy; what it was asked is kept. */
const start = async (
  t: Test,
  answer: RequestListener,
  options: Partial<ApiProxyOptions> = {},
  parts: { trustProxy?: boolean } = {}
) => {
  const asked: IncomingMessage[] = []
  const service: Server = createServer((request, response) => {
    asked.push(request)
    answer(request, response)
  })
  service.listen(0, '127.0.0.1')
  await once(service, 'listening')
  const upstream = `http://127.0.0.1:${(service.address() as AddressInfo).port}`
  const app = await buildService('wss1', { ready: {}, ...parts })
  await app.register(proxyApi, { upstream, path: '/ap', clientAddresses, ...options })
  const url = await listen(app, { host: '127.0.0.1', port: 0, variable: 'WSS1_HTTP_PORT' })
  t.teardown(async () => {
    service.closeAllConnections()
    await app.close()
    service.close()
  })
  return { url, asked, service, app }
}

/** A request as it is, by a path that no client would normalize. */
const ask = async (
  url: string,
  path: string,
  options: RequestOptions = {},
  body?: string
): Promise<{ status: number; headers: IncomingMessage['headers']; text: string }> => {
  const request = httpRequest(url, { path, ...options })
  request.end(body)
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  let text = ''
  for await (const chunk of response) text += String(chunk)
  return { status: response.statusCode!, headers: response.headers, text }
}

const echo: RequestListener = (request, response) => {
  let body = ''
  request.on('data', (chunk: Buffer) => { body += chunk.toString() })
  request.on('end', () => {
    response.writeHead(201, {
      'content-type': 'application/json',
      'motience-complete': 'true',
      'keep-alive': 'timeout=3',
      'access-control-allow-origin': '*',
      'retry-after': '7'
    })
    response.end(JSON.stringify({ method: request.method, url: request.url, headers: request.headers, body }))
  })
}

t.test('a call reaches the service as it was made, and its answer the client', async t => {
  const { url } = await start(t, echo)
  const { status, headers, text } = await ask(
    url,
    '/ap/api/auth/login?a=1&b=%2F%20x',
    {
      method: 'POST',
      headers: {
        authorization: 'Bearer abc',
        'content-type': 'application/json',
        'content-length': '11',
        'x-request-id': 'id-1',
        expect: '100-continue'
      }
    },
    '{"name": 1}'
  )
  t.equal(status, 201)
  t.match(headers, {
    'motience-complete': 'true',
    'retry-after': '7',
    'x-request-id': 'id-1',
    'content-type': 'application/json'
  })
  t.equal(headers['access-control-allow-origin'], undefined, 'the page\'s server answers for itself')
  t.notMatch(headers['keep-alive'], /timeout=3/)
  t.match(JSON.parse(text), {
    method: 'POST',
    url: '/api/auth/login?a=1&b=%2F%20x',
    body: '{"name": 1}',
    headers: { authorization: 'Bearer abc', 'x-request-id': 'id-1', host: /^127/ }
  })
  for (const [method, body] of [
    ['GET', ''],
    ['DELETE', '{"producer_id": 1}'],
    ['PUT', '{}'],
    ['PATCH', '{}']
  ] as const) {
    const answer = await ask(
      url,
      '/ap/api/x',
      { method, headers: body === '' ? {} : { 'content-type': 'application/json', 'content-length': body.length } },
      body
    )
    t.match(JSON.parse(answer.text), { method, body })
  }
})

t.test('the service learns the client\'s address, signed, and nothing that the client claims', async t => {
  const { url } = await start(t, echo)
  const claims = {
    'x-forwarded-for': '9.9.9.9',
    forwarded: 'for=9.9.9.9',
    'x-real-ip': '9.9.9.9',
    [CLIENT_ADDRESS_HEADER]: clientAddresses.sign('9.9.9.9'),
    connection: `close, ${CLIENT_ADDRESS_HEADER}`,
    te: 'trailers',
    'keep-alive': 'timeout=9',
    upgrade: 'h2c',
    origin: 'http://motience.test'
  }
  const { text } = await ask(url, '/ap/api/x', { headers: claims, localAddress: '127.0.0.9' })
  const { headers } = JSON.parse(text) as { headers: Record<string, string> }
  t.equal(clientAddresses.read(headers[CLIENT_ADDRESS_HEADER]), '127.0.0.9')
  t.equal(headers['x-forwarded-for'], '127.0.0.9')
  for (const name of ['forwarded', 'x-real-ip', 'te', 'upgrade', 'origin']) t.equal(headers[name], undefined, name)
  t.notMatch(headers['keep-alive'], /9/)
  const balanced = await start(t, echo, {}, { trustProxy: true })
  const told = JSON.parse(
    (await ask(balanced.url, '/ap/api/x', { headers: { 'x-forwarded-for': '203.0.113.7' } })).text
  ) as { headers: Record<string, string> }
  t.equal(
    clientAddresses.read(told.headers[CLIENT_ADDRESS_HEADER]),
    '203.0.113.7',
    'TRUST_PROXY is about the balancer before the page'
  )
})

t.test('nothing but the API is reached', async t => {
  const { url, asked } = await start(t, echo)
  const paths = [
    '/ap',
    '/ap/metrics',
    '/ap/api/../metrics',
    '/ap/api/%2e%2e/metrics',
    '/ap/api/x\\..\\..\\metrics',
    '/ap/api/..%2fmetrics',
    '/ap//metrics',
    '/sm/api/x',
    '//elsewhere.example/ap/api/x'
  ]
  for (const path of paths) {
    const { status, text } = await ask(url, path)
    t.ok(status === 404 || status === 400, `${path} is answered ${status}`)
    t.match(JSON.parse(text), { code: /^MOT_/ })
  }
  t.same(asked.map(request => request.url), [])
})

t.test('a stream arrives as it is written, and one that breaks off is not whole', async t => {
  let response!: ServerResponse
  const { url } = await start(t, (_request, stream) => {
    response = stream
    stream.writeHead(200, { 'content-type': 'application/x-ndjson' })
    stream.write('{"a":1}\n')
  })
  const answer = await fetch(`${url}/ap/api/data/1`)
  const reader = answer.body!.getReader()
  const next = async (): Promise<string> => Buffer.from((await reader.read()).value ?? []).toString()
  t.equal(await next(), '{"a":1}\n', 'before the answer has ended')
  response.write('{"a":2}\n')
  t.equal(await next(), '{"a":2}\n')
  response.destroy()
  await t.rejects(reader.read())
})

t.test(
  'a stalled reader holds the service up instead of filling memory, and one that leaves ends the reading',
  async t => {
    const chunk = Buffer.alloc(65_536, 'x')
    let written = 0
    let left = false
    const { url } = await start(t, (_request, response) => {
      const write = (): void => {
        let more = true
        while (more && !response.destroyed) {
          more = response.write(chunk)
          written += chunk.length
        }
        response.once('drain', write)
      }
      response.on('close', () => {
        left = true
      })
      write()
    })
    const socket = connect(Number(new URL(url).port), '127.0.0.1')
    socket.write('GET /ap/api/data/1 HTTP/1.1\r\nHost: x\r\n\r\n')
    await once(socket, 'readable')
    let before = { written: 0, at: 0 }
    await waitFor(
      () => {
        if (written !== before.written) before = { written, at: performance.now() }
        return written > 0 && performance.now() - before.at > 1_000
      },
      { timeoutMs: 20_000, what: 'the service to be held up' }
    )
    // What the kernel's buffers of two connections take is some megabytes; an unbounded proxy takes gigabytes.
    t.ok(written < 32 * 1_048_576, `${written} bytes were taken`)
    socket.destroy()
    await waitFor(() => left, { what: 'the service to see the client leave' })
  }
)

t.test('a connection on which nothing moves is ended', async t => {
  const chunk = Buffer.alloc(1_048_576, 'x')
  let left = false
  const { url } = await start(t, (_request, response) => {
    response.on('close', () => { left = true })
    for (let i = 0; i < 64; i++) response.write(chunk)
  }, { stallMs: 300 })
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  socket.write('GET /ap/api/data/1 HTTP/1.1\r\nHost: x\r\n\r\n')
  socket.on('error', () => {})
  await once(socket, 'readable') // and nothing more is read
  await waitFor(() => left, { what: 'the reading to be ended' })
  t.ok(socket.bytesRead < 64 * chunk.length, `${socket.bytesRead} bytes came`)
  socket.destroy()
})

t.test('a body too large is refused at once; one of unknown length is the service\'s to bound', async t => {
  const { url, asked } = await start(t, (request, response) => {
    response.writeHead(413, { 'content-type': 'application/problem+json' }).end('{"code":"MOT_BODY_TOO_LARGE"}')
    request.resume()
  })
  const told = await ask(url, '/ap/api/x', {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'content-length': '2000000' }
  })
  t.equal(told.status, 413)
  t.equal(asked.length, 0)
  const chunked = await ask(
    url,
    '/ap/api/x',
    { method: 'POST', headers: { 'content-type': 'application/json', 'transfer-encoding': 'chunked' } },
    'x'.repeat(100_000)
  )
  t.match(chunked, { status: 413, text: /MOT_BODY_TOO_LARGE/ })
})

t.test('more requests at a time than may be are refused, and their places are given again', async t => {
  const held: ServerResponse[] = []
  const { url } = await start(t, (_request, response) => { held.push(response) }, { maxRequests: 2 })
  const first = ask(url, '/ap/api/x')
  const second = ask(url, '/ap/api/x')
  await waitFor(() => held.length === 2)
  t.match(await ask(url, '/ap/api/x'), { status: 503, headers: { 'retry-after': '1' }, text: /MOT_UNAVAILABLE/ })
  t.equal((await ask(url, '/health')).status, 200)
  for (const response of held) response.end('done')
  t.match(await Promise.all([first, second]), [{ text: 'done' }, { text: 'done' }])
  const third = ask(url, '/ap/api/x')
  await waitFor(() => held.length === 3)
  held[2]!.end('again')
  t.equal((await third).text, 'again')
})

t.test('a service that is away is told as such, and its own 503 is passed on without being asked again', async t => {
  const { url, asked, service } = await start(t, (_request, response) => {
    response.writeHead(503, { 'retry-after': '3' }).end('busy')
  })
  t.match(await ask(url, '/ap/api/x'), { status: 503, headers: { 'retry-after': '3' }, text: 'busy' })
  t.equal(asked.length, 1)
  service.closeAllConnections()
  await new Promise(resolve => service.close(resolve))
  const away = await ask(url, '/ap/api/x')
  t.match(away, { status: 503, headers: { 'retry-after': '1', 'content-type': 'application/problem+json' } })
  t.match(JSON.parse(away.text), { code: 'MOT_UNAVAILABLE', detail: 'The service can\'t be reached now' })
})

t.test('a stop lets what is under way end, for as long as it may', async t => {
  const held: ServerResponse[] = []
  const hold: RequestListener = (_request, response) => {
    response.write('first, ')
    held.push(response)
  }
  const patient = await start(t, hold)
  const whole = ask(patient.url, '/ap/api/x')
  await waitFor(() => held.length === 1)
  const closed = patient.app.close()
  await waitFor(() => patient.app.draining)
  held[0]!.end('last')
  t.equal((await whole).text, 'first, last')
  await closed

  const strict = await start(t, hold, { drainMs: 200 })
  const cut = ask(strict.url, '/ap/api/x')
  cut.catch(() => {})
  await waitFor(() => held.length === 2)
  await strict.app.close()
  await t.rejects(cut)
})

t.test('a service with a certificate that nobody vouches for is not called', async t => {
  const { cert, key } = await makeCertificates(t.testdir())
  let asked = 0
  const service = createTlsServer({ cert: await readFile(cert), key: await readFile(key) }, (_request, response) => {
    asked++
    response.end('{}')
  })
  service.listen(0, '127.0.0.1')
  await once(service, 'listening')
  t.teardown(() => service.close())
  const { url } = await start(t, echo, { upstream: `https://127.0.0.1:${(service.address() as AddressInfo).port}` })
  t.match(await ask(url, '/ap/api/x'), { status: 503, text: /MOT_UNAVAILABLE/ })
  t.equal(asked, 0)
})
