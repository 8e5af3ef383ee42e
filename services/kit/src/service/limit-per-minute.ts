import type {} from '@fastify/rate-limit'
import type { FastifyRequest, onRequestAsyncHookHandler } from 'fastify'
import type { ServiceApp } from './service-app.js'

/**
 * An `onRequest` hook that allows `max` calls per minute and key over all its routes; by default the key is the
 * client's address. Further calls get 429 with `Retry-After`. A key that depends on the identity needs `requireRole`
 * before it.
 */
export const limitPerMinute = (
  app: ServiceApp,
  max: number,
  keyOf?: (request: FastifyRequest) => string
): onRequestAsyncHookHandler =>
  app.rateLimit({ max, timeWindow: 60_000, ...(keyOf === undefined ? {} : { keyGenerator: keyOf }) })
