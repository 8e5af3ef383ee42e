import { ProblemError, requireRole, type ServiceApp } from '@motience/kit'
import { apRoutes, instantMs } from '@motience/schemas'
import type { ApRouteDependencies } from '../dependencies.js'
import { publishNow } from '../revocations/publish-now.js'

/** Maximum size of a service's report or question, in bytes. */
const SERVICE_BODY_LIMIT = 524_288

/** API keys, and what services ask and report about keys. A key makes no keys: that needs a session. */
export const addKeyRoutes = (app: ServiceApp, parts: ApRouteDependencies): void => {
  const { apiKeys, verifyKeys, deviceReports, limitDeviceChanges, clock } = parts
  const signedIn = requireRole('producer', 'consumer', 'admin')

  app.route({
    ...apRoutes.createApiKeyRoute,
    onRequest: [signedIn, limitDeviceChanges],
    async handler ({ identity, body }, reply) {
      const expiresAt = body.expires_at === undefined ? null : instantMs(body.expires_at)
      if (expiresAt !== null && expiresAt <= clock()) {
        throw new ProblemError('MOT_BAD_INPUT', undefined, {
          errors: [{ path: '/expires_at', message: 'is in the past' }]
        })
      }
      const { apiKey, text } = await apiKeys.create({
        userId: identity.userId, name: body.name, scopes: body.scopes, expiresAt
      })
      return reply.code(201).header('cache-control', 'no-store').send({ api_key: apiKey, key: text })
    }
  })

  app.route({
    ...apRoutes.listApiKeysRoute,
    onRequest: signedIn,
    handler: async ({ identity }) => ({ items: await apiKeys.list(identity.userId), next_cursor: null })
  })

  app.route({
    ...apRoutes.deleteApiKeyRoute,
    onRequest: [signedIn, limitDeviceChanges],
    async handler ({ identity, params }, reply) {
      if (!await apiKeys.revoke(identity.userId, params.id)) {
        throw new ProblemError('MOT_NOT_FOUND', 'There is no API key with this id')
      }
      await publishNow(parts, identity.userId)
      return reply.code(204).send(null)
    }
  })

  app.route({
    ...apRoutes.verifyKeysRoute,
    bodyLimit: SERVICE_BODY_LIMIT,
    onRequest: requireRole('service'),
    handler: async ({ body }) => ({
      results: await verifyKeys(body.keys.map(({ id, kind, secret_sha256: hash }) =>
        ({ id, kind, secretHash: Buffer.from(hash, 'hex') })))
    })
  })

  app.route({
    ...apRoutes.reportDevicesRoute,
    bodyLimit: SERVICE_BODY_LIMIT,
    onRequest: requireRole('service'),
    handler: async ({ body }) => ({ known: await deviceReports.take(body) })
  })
}
