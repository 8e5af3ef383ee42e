import { ProblemError, requireRole, type ServiceApp } from '@motience/kit'
import { apRoutes, type AccountRole } from '@motience/schemas'
import type { ApRouteDependencies } from '../dependencies.js'
import { publishNow } from '../revocations/publish-now.js'
import { publicUser } from '../users/users.js'

const noSuchUser = () => new ProblemError('MOT_NOT_FOUND', 'There is no user with this id')

/** The catalogue, and what an administrator does to users. */
export const addUserRoutes = (app: ServiceApp, parts: ApRouteDependencies): void => {
  const { users, catalogue, administration } = parts

  const addCatalogue = (route: typeof apRoutes.producersRoute | typeof apRoutes.consumersRoute, role: AccountRole) =>
    app.route({
      ...route,
      onRequest: requireRole(),
      handler: async ({ query }) => await catalogue.page(role, query)
    })
  addCatalogue(apRoutes.producersRoute, 'producer')
  addCatalogue(apRoutes.consumersRoute, 'consumer')

  app.route({
    ...apRoutes.userRoute,
    onRequest: requireRole(),
    async handler ({ params }) {
      const user = await users.byId(params.id)
      if (!user) throw noSuchUser()
      return publicUser(user)
    }
  })

  const addAction = (
    route: typeof apRoutes.disableUserRoute | typeof apRoutes.enableUserRoute | typeof apRoutes.revokeUserRoute,
    act: (userId: number) => Promise<boolean>
  ) =>
    app.route({
      ...route,
      onRequest: requireRole('admin'),
      async handler ({ params }, reply) {
        if (!(await act(params.id))) throw noSuchUser()
        await publishNow(parts, params.id)
        return reply.code(204).send(null)
      }
    })
  addAction(apRoutes.enableUserRoute, administration.enable)
  addAction(apRoutes.revokeUserRoute, administration.revoke)

  app.route({
    ...apRoutes.disableUserRoute,
    onRequest: requireRole('admin'),
    async handler ({ params, identity }, reply) {
      // The last administrator would lock everyone out.
      if (params.id === identity.userId) {
        throw new ProblemError('MOT_FORBIDDEN', "An administrator can't disable himself")
      }
      if (!await administration.disable(params.id)) throw noSuchUser()
      await publishNow(parts, params.id)
      return reply.code(204).send(null)
    }
  })
}
