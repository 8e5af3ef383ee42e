import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from 'fastify'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Registry } from 'prom-client'
import type { Authenticator, Identity } from '../auth/authenticator.js'

/** Names of the services in metrics and logs. */
export type ServiceId = 'ap' | 'sm' | 'dsm' | 'wss1' | 'wss2' | 'mqtt'

/** A Fastify instance with routes typed by their TypeBox schemas. */
export type ServiceApp = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>

/** The logger of a service: pino's interface. */
export type Logger = FastifyBaseLogger

declare module 'fastify' {
  interface FastifyInstance {
    /** The service's metrics, served at `/metrics`. */
    metrics: Registry
    /** Verifies tokens; null in a service that was built without it. */
    authenticator: Authenticator | null
    /** Whether the service is stopping: `/ready` returns 503. */
    draining: boolean
    /** `performance.now()` when it began to. */
    drainingSince: number | null
    /** Makes `/ready` return 503 before the service stops accepting requests. */
    startDraining (): void
  }
  interface FastifyRequest {
    /** The authenticated caller; set by `requireRole`. */
    identity: Identity
    /** Address of the client, also behind a page's proxy; rate limits by address use it. */
    readonly clientAddress: string
  }
}
