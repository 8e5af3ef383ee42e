import { ProblemError, requireRole, type ServiceApp } from '@motience/kit'
import { apRoutes } from '@motience/schemas'
import type { ApRouteDependencies } from '../dependencies.js'
import { weaknessOf } from '../passwords/weak-password.js'
import { publishNow } from '../revocations/publish-now.js'
import { publicUser } from '../users/users.js'

/** Throws MOT_BAD_INPUT for a password that is too easy to guess. */
const checkStrength = (path: string, password: string, username: string): void => {
  const message = weaknessOf(password, username)
  if (message !== null) throw new ProblemError('MOT_BAD_INPUT', undefined, { errors: [{ path, message }] })
}

const taken = () => new ProblemError('MOT_AP_USERNAME_TAKEN', 'The username is taken')

/** Signing up, who one is, and one's password. */
export const addAccountRoutes = (app: ServiceApp, parts: ApRouteDependencies): void => {
  const { limitSignIns, users, passwords, administration, revocationPublisher, clock } = parts

  app.route({
    ...apRoutes.registerRoute,
    onRequest: limitSignIns,
    async handler ({ body }, reply) {
      checkStrength('/password', body.password, body.username)
      if (await users.byName(body.username)) throw taken()
      const user = await users.insert({
        username: body.username,
        password_hash: await passwords.hash(body.password),
        role: body.role,
        device_id: body.device_id ?? null,
        created_at: new Date(clock())
      })
      if (!user) throw taken()
      return reply.code(201).send({ user: publicUser(user) })
    }
  })

  app.route({
    ...apRoutes.meRoute,
    onRequest: requireRole('producer', 'consumer', 'admin'),
    async handler ({ identity }) {
      const user = await users.byId(identity.userId)
      if (!user) throw new ProblemError('MOT_TOKEN_REVOKED')
      return publicUser(user)
    }
  })

  app.route({
    ...apRoutes.passwordRoute,
    onRequest: [limitSignIns, requireRole('producer', 'consumer', 'admin')],
    async handler ({ identity, body }, reply) {
      const user = await users.byId(identity.userId)
      if (!user) throw new ProblemError('MOT_TOKEN_REVOKED')
      checkStrength('/new_password', body.new_password, user.username)
      if (await passwords.matches(user.password_hash, body.current_password)) {
        const to = await passwords.hash(body.new_password)
        const changed = await administration.changePassword({
          userId: user.id,
          from: user.password_hash,
          to,
          keepSession: identity.sid
        })
        if (!changed) throw new ProblemError('MOT_AP_BAD_CREDENTIALS', 'The password was changed meanwhile')
      } else {
        // The same call again, after a 503: the change was kept, and only the broker has to be told.
        const isRepeat =
          (await revocationPublisher.isPending(user.id)) &&
          (await passwords.matches(user.password_hash, body.new_password))
        if (!isRepeat) throw new ProblemError('MOT_AP_BAD_CREDENTIALS', 'The current password is wrong')
      }
      await publishNow(parts, user.id)
      return reply.code(204).send(null)
    }
  })
}
