import { ProblemError, requireScope, type Identity, type ServiceApp } from '@motience/kit'
import { apRoutes } from '@motience/schemas'
import type { ApRouteDependencies } from '../dependencies.js'
import { publicDevice } from '../devices/device-row.js'
import type { Owner } from '../devices/devices.js'
import { publishNow } from '../revocations/publish-now.js'

const noSuchDevice = () => new ProblemError('MOT_NOT_FOUND', 'There is no device with this id')

/** Producers see and change their own devices, administrators all. */
const ownerOf = ({ role, userId }: Identity): Owner => role === 'admin' ? null : userId

/** Answers with a key are kept by nobody on the way. */
const NO_STORE = ['cache-control', 'no-store'] as const

/** A producer's devices and their keys. */
export const addDeviceRoutes = (app: ServiceApp, parts: ApRouteDependencies): void => {
  const { devices, listDevices, limitDeviceChanges } = parts
  const mayRead = requireScope('devices', 'producer', 'admin')
  const mayChange = [mayRead, limitDeviceChanges]

  app.route({
    ...apRoutes.createDeviceRoute,
    onRequest: [requireScope('devices', 'producer'), limitDeviceChanges],
    async handler ({ identity, body }, reply) {
      const { device, key } = await devices.create({
        userId: identity.userId, name: body.name, labels: body.labels ?? {}
      })
      return reply.code(201).header(...NO_STORE).send({ device: publicDevice(device), key: key.text })
    }
  })

  app.route({
    ...apRoutes.listDevicesRoute,
    onRequest: mayRead,
    async handler ({ identity, query: { user_id: userId, ...query } }) {
      const owner = ownerOf(identity)
      const { rows, nextCursor } = await listDevices(owner ?? userId ?? null, query)
      return { items: rows.map(publicDevice), next_cursor: nextCursor }
    }
  })

  app.route({
    ...apRoutes.getDeviceRoute,
    onRequest: mayRead,
    async handler ({ identity, params }) {
      const device = await devices.find(params.id, ownerOf(identity))
      if (device === null) throw noSuchDevice()
      return { ...publicDevice(device), keys: await devices.keys(device.id) }
    }
  })

  app.route({
    ...apRoutes.patchDeviceRoute,
    onRequest: mayChange,
    async handler ({ identity, params, body }) {
      const device = await devices.change(params.id, ownerOf(identity), body)
      if (device === null) throw noSuchDevice()
      await publishNow(parts, device.user_id)
      return publicDevice(device)
    }
  })

  app.route({
    ...apRoutes.deleteDeviceRoute,
    onRequest: mayChange,
    async handler ({ identity, params }, reply) {
      const device = await devices.remove(params.id, ownerOf(identity))
      if (device === null) throw noSuchDevice()
      await publishNow(parts, device.user_id)
      return reply.code(204).send(null)
    }
  })

  app.route({
    ...apRoutes.createDeviceKeyRoute,
    onRequest: mayChange,
    async handler ({ identity, params }, reply) {
      const added = await devices.addKey(params.id, ownerOf(identity))
      if (added === null) throw noSuchDevice()
      const { key, createdAt } = added
      return reply.code(201).header(...NO_STORE).send({ id: key.id, key: key.text, created_at: createdAt })
    }
  })

  app.route({
    ...apRoutes.deleteDeviceKeyRoute,
    onRequest: mayChange,
    async handler ({ identity, params }, reply) {
      const device = await devices.revokeKey(params.id, ownerOf(identity), params.keyId)
      if (device === null) throw new ProblemError('MOT_NOT_FOUND', 'The device has no key with this id')
      await publishNow(parts, device.user_id)
      return reply.code(204).send(null)
    }
  })
}
