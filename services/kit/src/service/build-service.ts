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

/** Options of a service. */
export interface ServiceOptions {
  /** A logger, or its options; false for none. */
  logger?: Logger | FastifyServerOptions['logger']
  /** The checks of `/ready` by name; without them there is no `/health`, `/ready` or `/metrics`. */
  ready?: ReadyChecks
  /** Registry for metrics; a new one by default. */
  metrics?: Registry
  /** Verifies tokens for `requireRole`. */
  auth?: Authenticator
  /** Comma-separated origins that browsers may call from, or `*`; none by default. */
  corsOrigin?: string
  /** Whether to trust `X-Forwarded-For`. */
  trustProxy?: boolean
  /** Reads the client addresses that the pages' proxies sign; without it no such header is trusted. */
  clientAddresses?: ClientAddresses
  /** Maximum size of a body, in bytes; 1 MiB by default. */
  bodyLimit?: number
  /** Maximum size of the URL and headers, in bytes; 16 KiB by default. */
  maxHeaderBytes?: number
  /** Maximum time for a whole request to arrive, in milliseconds; 30 s by default. */
  requestTimeoutMs?: number
  /** Duration from which a request is logged as slow, in milliseconds; 1 s by default. */
  slowRequestMs?: number
  /**
   * Maximum idle time of a connection between requests, in milliseconds; 72 s by default, more than most balancers'.
   */
  keepAliveTimeoutMs?: number
  /**
   * Time for requests in flight when the service closes, in milliseconds; then their connections are closed. 8 s by
   * default.
   */
  drainMs?: number
  /** A rate limit for all routes; without it only routes with `config.rateLimit` are limited. */
  rateLimit?: Pick<RateLimitPluginOptions, 'max' | 'timeWindow' | 'allowList' | 'keyGenerator'>
  /**
   * Mean event-loop delay within a second, in milliseconds, above which requests are answered with 503; 3000 by
   * default, 0 for never.
   */
  maxEventLoopDelayMs?: number
}

class PressureError extends ProblemError {
  constructor () { super('MOT_UNAVAILABLE', 'The service is overloaded', { retryAfterSecs: 2 }) }
}

/** Limits the start of a plugin and, in Fastify's queue, closing as a whole: longer than DRAIN_MS may be. */
const PLUGIN_TIMEOUT_MS = 90_000

const isLogger = (logger: ServiceOptions['logger']): logger is Logger => typeof logger === 'object' && 'child' in logger

const origins = (list: string | undefined): string | string[] | false => {
  if (list === undefined || list === '') return false
  return list === '*' ? '*' : list.split(',').map(origin => origin.trim())
}

/** A request's id: the caller's `x-request-id` if it is a plain word, else a new one. */
const requestId = (request: { headers: Record<string, string | string[] | undefined> }): string => {
  const given = request.headers['x-request-id']
  return typeof given === 'string' && /^[\w.:-]{1,64}$/.test(given) ? given : randomUUID()
}

/**
 * Builds what all services have in common: problems for all errors, request ids, security headers, CORS, rate limits,
 * load shedding, strict validation, `/health`, `/ready`, `/metrics` and the OpenAPI document. The caller adds its
 * routes.
 */
export const buildService = async (name: ServiceId, options: ServiceOptions): Promise<ServiceApp> => {
  const { requestTimeoutMs = 30_000, maxHeaderBytes = 16_384 } = options
  const app: ServiceApp = fastify({
    ...(isLogger(options.logger) ? { loggerInstance: options.logger } : { logger: options.logger ?? false }),
    logController: quietLogController,
    genReqId: requestId,
    trustProxy: options.trustProxy ?? false,
    bodyLimit: options.bodyLimit ?? 1_048_576,
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: options.keepAliveTimeoutMs ?? 72_000,
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
  logAnswers(app, options.slowRequestMs)

  app.decorate('metrics', options.metrics ?? createRegistry(name))
  app.decorate('authenticator', options.auth ?? null)
  await options.auth?.register?.(app)
  app.decorateRequest('identity', null as unknown as Identity)
  addClientAddress(app, options.clientAddresses)
  drainRequests(app, options.drainMs ?? 8_000)
  app.addHook('onRequest', async (request, reply) => { reply.header('x-request-id', request.id) })

  measureRequests(app, name)
  await app.register(fastifyHelmet, {
    contentSecurityPolicy: {
      directives: { 'script-src': ["'self'"], 'style-src': ["'self'"], 'upgrade-insecure-requests': null }
    },
    strictTransportSecurity: false
  })
  await app.register(fastifyCors, {
    origin: origins(options.corsOrigin),
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    exposedHeaders: ['x-request-id', 'retry-after', 'motience-complete', 'motience-up-to'],
    maxAge: 600
  })
  await app.register(fastifyRateLimit, {
    global: options.rateLimit !== undefined,
    max: 1_000,
    timeWindow: 60_000,
    keyGenerator: request => request.clientAddress,
    ...options.rateLimit,
    errorResponseBuilder: (_request, { ttl }) =>
      new ProblemError('MOT_RATE_LIMITED', undefined, { retryAfterSecs: ttl / 1_000 })
  })
  await app.register(fastifyUnderPressure, {
    maxEventLoopDelay: options.maxEventLoopDelayMs ?? 3_000,
    sampleInterval: 1_000,
    retryAfter: 2,
    customError: PressureError
  })
  if (isRestService(name)) await serveOpenapi(app, name)
  if (options.ready !== undefined) addOperations(app, name, options.ready)
  return app
}
