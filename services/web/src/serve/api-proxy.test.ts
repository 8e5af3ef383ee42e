import { once } from 'node:events'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { readFile } from 'node:fs/promises'
import { CLIENT_ADDRESS_HEADER } from '@motience/kit'
import { makeCertificates } from '@motience/testing'
import t from 'tap'
import { clientAddresses, echo, send, startProxied } from '../../test/support/proxied-service.js'

t.test('forwards a request unchanged, and returns the response', async t => {
  const { url } = await startProxied(t, echo)
  const { status, headers, text } = await send(
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
  t.equal(headers['access-control-allow-origin'], undefined, 'CORS is up to the page\'s server')
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
    const answer = await send(
      url,
      '/ap/api/x',
      { method, headers: body === '' ? {} : { 'content-type': 'application/json', 'content-length': body.length } },
      body
    )
    t.match(JSON.parse(answer.text), { method, body })
  }
})

t.test('forwards the signed client address, and no claims of the client', async t => {
  const { url } = await startProxied(t, echo)
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
  const { text } = await send(url, '/ap/api/x', { headers: claims, localAddress: '127.0.0.9' })
  const { headers } = JSON.parse(text) as { headers: Record<string, string> }
  t.equal(clientAddresses.read(headers[CLIENT_ADDRESS_HEADER]), '127.0.0.9')
  t.equal(headers['x-forwarded-for'], '127.0.0.9')
  for (const name of ['forwarded', 'x-real-ip', 'te', 'upgrade', 'origin']) t.equal(headers[name], undefined, name)
  t.notMatch(headers['keep-alive'], /9/)
  const balanced = await startProxied(t, echo, {}, { trustProxy: true })
  const forwarded = JSON.parse(
    (await send(balanced.url, '/ap/api/x', { headers: { 'x-forwarded-for': '203.0.113.7' } })).text
  ) as { headers: Record<string, string> }
  t.equal(
    clientAddresses.read(forwarded.headers[CLIENT_ADDRESS_HEADER]),
    '203.0.113.7',
    'with TRUST_PROXY, the client address is taken from the load balancer'
  )
})

t.test('only the API is reachable', async t => {
  const { url, requests } = await startProxied(t, echo)
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
    const { status, text } = await send(url, path)
    t.ok(status === 404 || status === 400, `${path} returns ${status}`)
    t.match(JSON.parse(text), { code: /^MOT_/ })
  }
  t.same(requests.map(request => request.url), [])
})

t.test('returns 503 if the service is unreachable, and forwards its own 503 without a retry', async t => {
  const { url, requests, service } = await startProxied(t, (_request, response) => {
    response.writeHead(503, { 'retry-after': '3' }).end('busy')
  })
  t.match(await send(url, '/ap/api/x'), { status: 503, headers: { 'retry-after': '3' }, text: 'busy' })
  t.equal(requests.length, 1)
  service.closeAllConnections()
  await new Promise(resolve => service.close(resolve))
  const unreachable = await send(url, '/ap/api/x')
  t.match(unreachable, { status: 503, headers: { 'retry-after': '1', 'content-type': 'application/problem+json' } })
  t.match(JSON.parse(unreachable.text), { code: 'MOT_UNAVAILABLE', detail: "Can't reach the service" })
})

t.test('does not call a service with an untrusted certificate', async t => {
  const { cert, key } = await makeCertificates(t.testdir())
  let requests = 0
  const service = createTlsServer({ cert: await readFile(cert), key: await readFile(key) }, (_request, response) => {
    requests++
    response.end('{}')
  })
  service.listen(0, '127.0.0.1')
  await once(service, 'listening')
  t.teardown(() => service.close())
  const { port } = service.address() as AddressInfo
  const { url } = await startProxied(t, echo, { upstream: `https://127.0.0.1:${port}` })
  t.match(await send(url, '/ap/api/x'), { status: 503, text: /MOT_UNAVAILABLE/ })
  t.equal(requests, 0)
})
