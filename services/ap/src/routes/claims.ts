import { limitPerMinute, requireScope, type ServiceApp } from '@motience/kit'
import { apRoutes } from '@motience/schemas'
import type { ApRouteDependencies } from '../dependencies.js'
import { publicDevice } from '../devices/device-row.js'

/** Codes that devices trade for a key. */
export const addClaimRoutes = (
  app: ServiceApp, { claims, limitDeviceChanges, settings }: ApRouteDependencies
): void => {
  app.route({
    ...apRoutes.createClaimRoute,
    onRequest: [requireScope('devices', 'producer'), limitDeviceChanges],
    async handler ({ identity, body }, reply) {
      const claim = await claims.create({ userId: identity.userId, name: body.name ?? null, uses: body.uses ?? 1 })
      return reply.code(201).header('cache-control', 'no-store').send(claim)
    }
  })

  app.route({
    ...apRoutes.claimRoute,
    // The code is all that a stranger has to guess.
    onRequest: limitPerMinute(app, settings.claimRate),
    async handler ({ body }, reply) {
      const { device, key } = await claims.claim(body.code, body.name ?? null)
      return reply.code(201).header('cache-control', 'no-store').send({
        device: publicDevice(device), key: key.text, producer_id: device.user_id
      })
    }
  })
}
