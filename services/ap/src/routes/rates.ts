import type {} from '@fastify/rate-limit'
import type { ServiceApp } from '@motience/kit'
import type { onRequestAsyncHookHandler } from 'fastify'

/**
 * The `onRequest` of all routes that compare or hash a password. They share one count for each address, so that
 * guessing is no faster by taking turns; past it the answer is 429 with `Retry-After`.
 */
export const signInLimiter = (app: ServiceApp, perMinute: number): onRequestAsyncHookHandler =>
  app.rateLimit({ max: perMinute, timeWindow: 60_000 })

/** The `onRequest` of the route that compares the services' secret, with a count of its own for each address. */
export const serviceTokenLimiter = signInLimiter
