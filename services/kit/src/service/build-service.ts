import { fastifyCors } from '@fastify/cors'
import { fastifyHelmet } from '@fastify/helmet'
import { fastifyRateLimit, type RateLimitPluginOptions } from '@fastify/rate-limit'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import { fastifyUnderPressure } from '@fastify/under-pressure'
import { fastify, type FastifyServerOptions } from 'fastify'
import { randomUUID } from 'node:crypto'
import type { Registry } from 'prom-client'
import type { Authenticator, Identity } from '../auth/authenticator.js'
import { createRegistry } from '../metrics/registry.js'
import { measureRequests } from '../metrics/http.js'
import { addClientAddress, type ClientAddresses } from './client-address.js'
import { answerClientError } from './client-error.js'
import { drainRequests } from './drain-requests.js'
import { answerNotFound } from './not-found.js'
import { isRestService } from './openapi/about.js'
import { serveOpenapi } from './openapi/serve.js'
import { addOperations, type ReadyChecks } from './operations.js'
import { ProblemError } from './problem-error.js'
import { answerProblem, logAnswers, quietLogController } from './request-log.js'
import type { Logger, ServiceApp, ServiceId } from './service-app.js'
import { validatorCompiler } from './validation.js'

/** What a service is built from. */
export interface ServiceParts {
  /** A logger, or options of one; false for none. */
  logger?: Logger | FastifyServerOptions['logger']
  /**
   * The checks of `/ready` by the name of what they ask; without them there is no `/health`, `/ready` or `/metrics`.
   */
  ready?: ReadyChecks
  /** Where metrics are registered; a registry of its own if not given. */
  metrics?: Registry
  /** Verifies tokens for `requireRole`. */
  auth?: Authenticator
  /** Comma-separated origins that browsers may call from, or `*`; none if not given. */
  corsOrigin?: string
  /** Whether `X-Forwarded-For` is believed. */
  trustProxy?: boolean
  /** Reads the client addresses that the pages' proxies sign; without it none is believed. */
  clientAddresses?: ClientAddresses
  /** Most bytes of a body; 1 MiB by default. */
  bodyLimit?: number
  /** Most bytes of a request's head: its URL and headers; 16 KiB by default. */
  maxHeaderBytes?: number
  /** Most milliseconds that a whole request may take to arrive; 30 s by default. */
  requestTimeoutMs?: number
  /** Milliseconds from which a request is logged as slow; 1 s by default. */
  slowRequestMs?: number
  /** Milliseconds that a connection may be idle between two requests; 72 s by default, more than most balancers'. */
  keepAliveTimeoutMs?: number
  /** Milliseconds for requests in flight when the service closes; then their connections are cut. 8 s by default. */
  drainMs?: number
  /** A bound on all routes; without it only routes with `config.rateLimit` are bounded. */
  rateLimit?: Pick<RateLimitPluginOptions, 'max' | 'timeWindow' | 'allowList' | 'keyGenerator'>
  /**
   * Mean milliseconds of event-loop delay in a second past which requests are answered 503; 3000 by default, 0 for
   * never.
   */
  maxEventLoopDelayMs?: number
}

class PressureError extends ProblemError {
  constructor () { super('MOT_UNAVAILABLE', 'The service has too much to do', { retryAfterSecs: 2 }) }
}

/** Bounds the start of a plugin and, in Fastify's queue, the whole of closing: longer than DRAIN_MS may be. */
const PLUGIN_TIMEOUT_MS = 90_000

const isLogger = (logger: ServiceParts['logger']): logger is Logger => typeof logger === 'object' && 'child' in logger

const origins = (list: string | undefined): string | string[] | false => {
  if (list === undefined || list === '') return false
  return list === '*' ? '*' : list.split(',').map(origin => origin.trim())
}

/** A request's id: the caller's `x-request-id` where it is a plain word, else a new one. */
const requestId = (request: { headers: Record<string, string | string[] | undefined> }): string => {
  const given = request.headers['x-request-id']
  return typeof given === 'string' && /^[\w.:-]{1,64}$/.test(given) ? given : randomUUID()
}

/**
 * Builds what every service shares: problems for every error, request ids, security headers, CORS, rate limits, load
 * shedding, strict validation, `/health`, `/ready`, `/metrics` and the OpenAPI document. The caller adds its routes.
 */
export const buildService = async (name: ServiceId, parts: ServiceParts): Promise<ServiceApp> => {
  const { requestTimeoutMs = 30_000, maxHeaderBytes = 16_384 } = parts
  const app: ServiceApp = fastify({
    ...(isLogger(parts.logger) ? { loggerInstance: parts.logger } : { logger: parts.logger ?? false }),
    logController: quietLogController,
    genReqId: requestId,
    trustProxy: parts.trustProxy ?? false,
    bodyLimit: parts.bodyLimit ?? 1_048_576,
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: parts.keepAliveTimeoutMs ?? 72_000,
    return503OnClosing: false,
    pluginTimeout: PLUGIN_TIMEOUT_MS,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 128 },
    http: {
      maxHeaderSize: maxHeaderBytes,
      requestTimeout: requestTimeoutMs,
      headersTimeout: Math.min(10_000, requestTimeoutMs),
      connectionsCheckingInterval: Math.min(1_000, requestTimeoutMs)
    },
    clientErrorHandler: answerClientError,
    frameworkErrors: (error, request, reply) => { answerProblem(error, request, reply) }
  }).withTypeProvider<TypeBoxTypeProvider>()

  app.setValidatorCompiler(validatorCompiler)
  app.setErrorHandler(answerProblem)
  answerNotFound(app)
  logAnswers(app, parts.slowRequestMs)

  app.decorate('metrics', parts.metrics ?? createRegistry(name))
  app.decorate('authenticator', parts.auth ?? null)
  await parts.auth?.register?.(app)
  app.decorateRequest('identity', null as unknown as Identity)
  addClientAddress(app, parts.clientAddresses)
  drainRequests(app, parts.drainMs ?? 8_000)
  app.addHook('onRequest', async (request, reply) => { reply.header('x-request-id', request.id) })

  measureRequests(app, name)
  await app.register(fastifyHelmet, {
    contentSecurityPolicy: {
      directives: { 'script-src': ["'self'"], 'style-src': ["'self'"], 'upgrade-insecure-requests': null }
    },
    strictTransportSecurity: false
  })
  await app.register(fastifyCors, {
    origin: origins(parts.corsOrigin),
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    exposedHeaders: ['x-request-id', 'retry-after', 'motience-complete', 'motience-up-to'],
    maxAge: 600
  })
  await app.register(fastifyRateLimit, {
    global: parts.rateLimit !== undefined,
    max: 1_000,
    timeWindow: 60_000,
    keyGenerator: request => request.clientAddress,
    ...parts.rateLimit,
    errorResponseBuilder: (_request, { ttl }) =>
      new ProblemError('MOT_RATE_LIMITED', undefined, { retryAfterSecs: ttl / 1_000 })
  })
  await app.register(fastifyUnderPressure, {
    maxEventLoopDelay: parts.maxEventLoopDelayMs ?? 3_000,
    sampleInterval: 1_000,
    retryAfter: 2,
    customError: PressureError
  })
  if (isRestService(name)) await serveOpenapi(app, name)
  if (parts.ready !== undefined) addOperations(app, name, parts.ready)
  return app
}
