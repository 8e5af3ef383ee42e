import { once } from 'node:events'
import {
  createServer, request as httpRequest, type IncomingMessage, type RequestListener, type RequestOptions, type Server
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { buildService, createClientAddresses, listen } from '@motience/kit'
import type { Test } from 'tap'
import { proxyApi, type ApiProxyOptions } from '../../src/serve/api-proxy.js'

/** Signs and reads client addresses in these tests. */
export const clientAddresses = createClientAddresses('a secret of these tests')

/** Starts a service behind the proxy of a page, and records its requests. */
export const startProxied = async (
  t: Test,
  listener: RequestListener,
  options: Partial<ApiProxyOptions> = {},
  serviceOptions: { trustProxy?: boolean } = {}
) => {
  const requests: IncomingMessage[] = []
  const service: Server = createServer((request, response) => {
    requests.push(request)
    listener(request, response)
  })
  service.listen(0, '127.0.0.1')
  await once(service, 'listening')
  const upstream = `http://127.0.0.1:${(service.address() as AddressInfo).port}`
  const app = await buildService('wss1', { ready: {}, ...serviceOptions })
  await app.register(proxyApi, { upstream, path: '/ap', clientAddresses, ...options })
  const url = await listen(app, { host: '127.0.0.1', port: 0, variable: 'WSS1_HTTP_PORT' })
  t.teardown(async () => {
    service.closeAllConnections()
    await app.close()
    service.close()
  })
  return { url, requests, service, app }
}

/** Sends a request without normalizing its path. */
export const send = async (
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

/** Returns the request as JSON. */
export const echo: RequestListener = (request, response) => {
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
