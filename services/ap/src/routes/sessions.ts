import { ProblemError, requireRole, type ServiceApp } from '@motience/kit'
import { apRoutes, type Tokens } from '@motience/schemas'
import type { ApRouteDependencies } from '../dependencies.js'
import { publishNow } from '../revocations/publish-now.js'
import type { Grant } from '../sessions/sessions.js'
import { publicUser } from '../users/users.js'

/** Answers with tokens are kept by nobody on the way (RFC 6749, 5.1). */
const NO_STORE = ['cache-control', 'no-store'] as const

/** Signing in, refreshing, signing out, and one's own sessions. */
export const addSessionRoutes = (app: ServiceApp, parts: ApRouteDependencies): void => {
  const { limitSignIns, users, passwords, sessions, tokens, metrics } = parts

  const answer = async ({ user, sid, refreshToken, accessExpiresAt }: Grant): Promise<Tokens> => ({
    access_token: await tokens.forUser(user, sid, accessExpiresAt),
    refresh_token: refreshToken,
    token_type: 'Bearer',
    expires_in: tokens.expiresIn,
    user_id: user.id,
    user: publicUser(user)
  })

  /** What need not be waited for; the worker does it if this fails. */
  const announceSoon = (userId: number) => {
    publishNow(parts, userId).catch((error: unknown) =>
      app.log.warn({ err: error, userId }, 'Left a revocation for later')
    )
  }

  app.route({
    ...apRoutes.loginRoute,
    onRequest: limitSignIns,
    async handler ({ body }, reply) {
      const user = await users.byName(body.username)
      // One comparison whether or not there is such a user, before anything else is looked at.
      const matches = await passwords.matches(user?.password_hash ?? null, body.password)
      if (matches && user?.disabled_at) metrics.login('disabled')
      const started = matches && user ? await sessions.start(user, { endOthers: body.end_others ?? false }) : null
      if (!started) {
        metrics.login('bad-credentials')
        throw new ProblemError('MOT_AP_BAD_CREDENTIALS', 'There is no such user with this password')
      }
      metrics.login('ok')
      if (started.ended > 0) announceSoon(started.grant.user.id)
      return reply.header(...NO_STORE).send(await answer(started.grant))
    }
  })

  app.route({
    ...apRoutes.refreshRoute,
    async handler ({ body }, reply) {
      const rotation = await sessions.rotate(body.refresh_token)
      metrics.refresh(rotation.kind)
      switch (rotation.kind) {
        case 'granted':
          return reply.header(...NO_STORE).send(await answer(rotation.grant))
        case 'reused':
          announceSoon(rotation.userId)
          throw new ProblemError('MOT_AP_REFRESH_REUSED', 'This refresh token was spent before; the session has ended')
        case 'invalid':
          throw new ProblemError('MOT_AP_REFRESH_INVALID', 'The session of this refresh token has ended')
      }
    }
  })

  app.route({
    ...apRoutes.logoutRoute,
    async handler ({ body }, reply) {
      const ended = await sessions.endByToken(body.refresh_token)
      if (!ended) throw new ProblemError('MOT_AP_REFRESH_INVALID', 'This refresh token belongs to no session')
      await publishNow(parts, ended.userId)
      return reply.code(204).send(null)
    }
  })

  app.route({
    ...apRoutes.listSessionsRoute,
    onRequest: requireRole('producer', 'consumer', 'admin'),
    async handler ({ identity }) {
      const items = (await sessions.list(identity.userId)).map(session => ({
        id: session.id,
        created_at: session.created_at,
        last_used_at: session.rotated_at,
        expires_at: session.refresh_expires_at,
        current: session.id === identity.sid
      }))
      return { items, next_cursor: null }
    }
  })

  app.route({
    ...apRoutes.deleteSessionRoute,
    onRequest: requireRole('producer', 'consumer', 'admin'),
    async handler ({ identity, params }, reply) {
      if (!await sessions.end(identity.userId, params.id)) {
        throw new ProblemError('MOT_NOT_FOUND', 'There is no session with this id')
      }
      await publishNow(parts, identity.userId)
      return reply.code(204).send(null)
    }
  })
}
