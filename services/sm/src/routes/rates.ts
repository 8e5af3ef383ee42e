import type {} from '@fastify/rate-limit'
import type { ServiceApp } from '@motience/kit'
import type { onRequestAsyncHookHandler } from 'fastify'

/**
 * The `onRequest`, behind `requireRole`, of the routes that change something: each change raises a version and tells
 * every instance of it, so one user makes at most so many a minute, all routes together. Past it the answer is 429 with
 * `Retry-After`.
 */
export const changeLimiter = (app: ServiceApp, perMinute: number): onRequestAsyncHookHandler =>
  app.rateLimit({ max: perMinute, timeWindow: 60_000, keyGenerator: ({ identity }) => String(identity.userId) })
