import fastifyHttpProxy from '@fastify/http-proxy'
import { CLIENT_ADDRESS_HEADER, ProblemError, type ClientAddresses } from '@motience/kit'
import type { ServerResponse } from 'node:http'
import type { FastifyPluginAsync, FastifyRequest, RawServerBase, RequestGenericInterface } from 'fastify'

/** A service behind a page. */
export interface ApiProxyOptions {
  /** URL at which the other services reach the service. */
  upstream: string
  /** Path under which its `/api` is served, such as `/ap`. */
  path: string
  /** Signs the client's address, by which the service limits rates. */
  clientAddresses: ClientAddresses
  /** Maximum number of concurrent requests; 512 by default. */
  maxRequests?: number
  /** A connection without progress in either direction is closed after this time; 60 s by default. */
  stallMs?: number
  /** Maximum time that requests may take from the start of a shutdown; 7 s by default. */
  drainMs?: number
}

const CONNECT_MS = 2_000

/** Headers that apply to a single connection (RFC 9110, 7.6.1), in both directions. */
const HOP_BY_HOP = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'upgrade',
  'http2-settings',
  'expect'
]

/** Request headers with claims about the client that must not be trusted, and the origin, which services don't know. */
const UNTRUSTED = [
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-forwarded-port',
  'x-real-ip',
  'origin',
  'cookie'
]

type Headers = Record<string, string | string[] | undefined>
type AnyRequest = FastifyRequest<RequestGenericInterface, RawServerBase>

const without = (headers: Headers, names: readonly string[]): Headers => {
  const remaining = { ...headers }
  for (const name of names) delete remaining[name]
  return remaining
}

const unavailable = (detail: string, cause?: unknown): ProblemError =>
  new ProblemError('MOT_UNAVAILABLE', detail, { retryAfterSecs: 1, cause })

/** Response headers that are not forwarded: CORS and cookies are up to the page's own server. */
const NOT_FORWARDED = [
  ...HOP_BY_HOP,
  'set-cookie',
  'access-control-allow-origin',
  'access-control-allow-credentials',
  'access-control-expose-headers'
]

/**
 * Proxies the REST API of a service, `<path>/api/…`, on the page's own origin. Bodies are streamed in both directions
 * with back-pressure. Returns 503 if the service can't be reached.
 */
export const proxyApi: FastifyPluginAsync<ApiProxyOptions> = async (app, options) => {
  const { upstream, path, clientAddresses, maxRequests = 512, stallMs = 60_000, drainMs = 7_000 } = options
  const { bodyLimit = 1_048_576 } = app.initialConfig
  const rewriteRequestHeaders = (request: AnyRequest, headers: Headers): Headers => ({
    ...without(headers, [...HOP_BY_HOP, ...UNTRUSTED]),
    'x-request-id': request.id,
    'x-forwarded-for': request.clientAddress,
    [CLIENT_ADDRESS_HEADER]: clientAddresses.sign(request.clientAddress)
  })

  const responses = new Set<ServerResponse>()
  let onDrained = (): void => {}
  app.addHook('onRequest', async (request, reply) => {
    if (responses.size >= maxRequests) throw unavailable('Too many concurrent requests')
    if (Number(request.headers['content-length'] ?? 0) > bodyLimit) {
      reply.header('connection', 'close') // the body will not be read
      throw new ProblemError('MOT_BODY_TOO_LARGE')
    }
    responses.add(reply.raw)
    reply.raw.once('close', () => {
      responses.delete(reply.raw)
      if (responses.size === 0) onDrained()
    })
    reply.raw.setTimeout(stallMs, () => { reply.raw.destroy() })
  })

  app.addHook('preClose', async () => {
    if (responses.size === 0) return
    const remainingMs = Math.max(0, drainMs - (performance.now() - (app.drainingSince ?? performance.now())))
    let timer: NodeJS.Timeout | undefined
    await new Promise<void>(resolve => {
      onDrained = resolve
      timer = setTimeout(resolve, remainingMs)
    })
    clearTimeout(timer)
    for (const response of responses) response.destroy()
  })

  await app.register(fastifyHttpProxy, {
    upstream,
    prefix: `${path}/api`,
    rewritePrefix: `${new URL(upstream).pathname.replace(/\/$/, '')}/api`,
    httpMethods: ['DELETE', 'GET', 'HEAD', 'PATCH', 'POST', 'PUT'],
    disableRequestLogging: true,
    destroyAgent: true,
    undici: {
      // One per request, so that none waits for a connection held by a slow reader.
      connections: maxRequests,
      // The plugin accepts any certificate by default.
      connect: { timeout: CONNECT_MS, rejectUnauthorized: true },
      headersTimeout: stallMs,
      bodyTimeout: stallMs
    },
    replyOptions: {
      rewriteRequestHeaders,
      rewriteHeaders: headers => without(headers, NOT_FORWARDED),
      // Idempotent calls are retried once if their connection was just closed. With 0, the plugin would retry 503s.
      retriesCount: 1,
      onError: (reply, { error }) => { reply.send(unavailable("Can't reach the service", error)) }
    }
  })
}
