import { bearerToken, limitPerMinute, ProblemError, type ServiceApp } from '@motience/kit'
import { apRoutes, type Verified } from '@motience/schemas'
import type { ApRouteDependencies } from '../dependencies.js'
import { sameSecret } from '../tokens/secrets.js'

/** What tokens say, the services' own tokens, and the keys that all are signed with. */
export const addTokenRoutes = (
  app: ServiceApp,
  { settings, authenticator, tokens, keyring }: ApRouteDependencies
): void => {
  const verify = async (token: string): Promise<Verified> => {
    const { identity, user, key } = await authenticator.verifyUser(token)
    if (user === null) throw new ProblemError('MOT_UNAUTHORIZED', "The token is a service's, not a user's")
    const expiresAt = new Date(identity.expiresAt).toISOString()
    return { valid: true, user, expires_at: expiresAt, ...key === null ? {} : { key } }
  }

  app.route({
    ...apRoutes.verifyBearerRoute,
    async handler ({ headers }) {
      const token = bearerToken(headers.authorization)
      if (token === null) {
        throw new ProblemError('MOT_UNAUTHORIZED', 'An access token is needed: `Authorization: Bearer <token>`')
      }
      return await verify(token)
    }
  })

  app.route({
    ...apRoutes.verifyRoute,
    handler: async ({ body }) => await verify(body.token)
  })

  app.route({
    ...apRoutes.serviceTokenRoute,
    onRequest: limitPerMinute(app, settings.serviceTokenRate),
    async handler ({ body }, reply) {
      if (!sameSecret(body.secret, settings.serviceSecret)) {
        throw new ProblemError('MOT_AP_BAD_SERVICE_SECRET', 'The secret is not the one that AP has')
      }
      const accessToken = await tokens.forService(body.service)
      const answer = { access_token: accessToken, token_type: 'Bearer' as const, expires_in: tokens.expiresIn }
      return reply.header('cache-control', 'no-store').send(answer)
    }
  })

  app.route({
    ...apRoutes.jwksRoute,
    handler: async (_request, reply) => reply.header('cache-control', 'public, max-age=60').send(keyring.jwks())
  })
}
