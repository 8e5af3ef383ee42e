import fastifyHttpProxy from '@fastify/http-proxy'
import { CLIENT_ADDRESS_HEADER, ProblemError, type ClientAddresses } from '@motience/kit'
import type { ServerResponse } from 'node:http'
import type { FastifyPluginAsync, FastifyRequest, RawServerBase, RequestGenericInterface } from 'fastify'

/** One service behind a page. */
export interface ApiProxyOptions {
  /** Where the service is, as the other services reach it. */
  upstream: string
  /** Path below which its `/api` is served, such as `/ap`. */
  path: string
  /** Signs the client's address, which the service counts by. */
  clientAddresses: ClientAddresses
  /** Requests at the same time; 512 by default. */
  maxRequests?: number
  /** Milliseconds for which a connection may move nothing, in either direction; 60 s by default. */
  stallMs?: number
  /** Milliseconds from the beginning of a stop for which requests may go on; 7 s by default. */
  drainMs?: number
}

const CONNECT_MS = 2_000

/** Fields that concern one connection (RFC 9110, 7.6.1), in either direction. */
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

/** What a client may say of who it calls for, and is not asked; and its origin, of which the service knows nothing. */
const CLAIMS = [
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
  const kept = { ...headers }
  for (const name of names) delete kept[name]
  return kept
}

const unavailable = (detail: string, cause?: unknown): ProblemError =>
  new ProblemError('MOT_UNAVAILABLE', detail, { retryAfterSecs: 1, cause })

/** The page's own server answers for itself: its CORS, and its cookies, of which it has none. */
const NOT_PASSED_ON = [
  ...HOP_BY_HOP,
  'set-cookie',
  'access-control-allow-origin',
  'access-control-allow-credentials',
  'access-control-expose-headers'
]

/**
 * Serves the REST calls of one service, `<path>/api/…`, on the page's own origin. Bodies are passed on as they come,
 * in both directions, and no faster than the other side takes them. A service that can't be reached is answered with
 * 503.
 */
export const proxyApi: FastifyPluginAsync<ApiProxyOptions> = async (app, options) => {
  const { upstream, path, clientAddresses, maxRequests = 512, stallMs = 60_000, drainMs = 7_000 } = options
  const { bodyLimit = 1_048_576 } = app.initialConfig
  const rewriteRequestHeaders = (request: AnyRequest, headers: Headers): Headers => ({
    ...without(headers, [...HOP_BY_HOP, ...CLAIMS]),
    'x-request-id': request.id,
    'x-forwarded-for': request.clientAddress,
    [CLIENT_ADDRESS_HEADER]: clientAddresses.sign(request.clientAddress)
  })

  const answers = new Set<ServerResponse>()
  let ended = (): void => {}
  app.addHook('onRequest', async (request, reply) => {
    if (answers.size >= maxRequests) throw unavailable('Too many requests are under way')
    if (Number(request.headers['content-length'] ?? 0) > bodyLimit) {
      reply.header('connection', 'close') // the body is not going to be read
      throw new ProblemError('MOT_BODY_TOO_LARGE')
    }
    answers.add(reply.raw)
    reply.raw.once('close', () => {
      answers.delete(reply.raw)
      if (answers.size === 0) ended()
    })
    reply.raw.setTimeout(stallMs, () => { reply.raw.destroy() })
  })

  app.addHook('preClose', async () => {
    if (answers.size === 0) return
    const late = Math.max(0, drainMs - (performance.now() - (app.drainingSince ?? performance.now())))
    let timer: NodeJS.Timeout | undefined
    await new Promise<void>(resolve => {
      ended = resolve
      timer = setTimeout(resolve, late)
    })
    clearTimeout(timer)
    for (const answer of answers) answer.destroy()
  })

  await app.register(fastifyHttpProxy, {
    upstream,
    prefix: `${path}/api`,
    rewritePrefix: `${new URL(upstream).pathname.replace(/\/$/, '')}/api`,
    httpMethods: ['DELETE', 'GET', 'HEAD', 'PATCH', 'POST', 'PUT'],
    disableRequestLogging: true,
    destroyAgent: true,
    undici: {
      // As many as there may be requests: none waits for a connection that a slow reader holds.
      connections: maxRequests,
      // Unless told otherwise the plugin takes any certificate.
      connect: { timeout: CONNECT_MS, rejectUnauthorized: true },
      headersTimeout: stallMs,
      bodyTimeout: stallMs
    },
    replyOptions: {
      rewriteRequestHeaders,
      rewriteHeaders: headers => without(headers, NOT_PASSED_ON),
      // A call whose connection was just closed is made once more, where a repeat is harmless. With no retries the
      // plugin would repeat what is answered with 503.
      retriesCount: 1,
      onError: (reply, { error }) => { reply.send(unavailable('The service can\'t be reached now', error)) }
    }
  })
}
