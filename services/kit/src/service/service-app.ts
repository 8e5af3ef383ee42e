import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from 'fastify'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Registry } from 'prom-client'
import type { Authenticator, Identity } from '../auth/authenticator.js'

/** Names of the services, as they stand in metrics and logs. */
export type ServiceId = 'ap' | 'sm' | 'dsm' | 'wss1' | 'wss2'

/** A Fastify instance whose routes are typed by their TypeBox schemas. */
export type ServiceApp = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>

/** What a service's logs go through: pino's interface. */
export type Logger = FastifyBaseLogger

declare module 'fastify' {
  interface FastifyInstance {
    /** The service's own registry of metrics, served at `/metrics`. */
    metrics: Registry
    /** Verifies tokens; null in a service that was built without one. */
    authenticator: Authenticator | null
    /** Whether the service is stopping: `/ready` is red. */
    draining: boolean
    /** When it began to, by `performance.now()`. */
    drainingSince: number | null
    /** Turns `/ready` red, before the service stops to accept. */
    startDraining (): void
  }
  interface FastifyRequest {
    /** Who calls; set by `requireRole`. */
    identity: Identity
    /** Address of the client, also where a page's proxy calls for it; what limits by address counts. */
    readonly clientAddress: string
  }
}
