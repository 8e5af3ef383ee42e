import { Page } from '../common.js'
import { bearer, NoContentSchema, problems, withExample } from '../route.js'
import {
  ClaimBodySchema, ClaimedSchema, ClaimSchema, CreateClaimBodySchema, CreatedDeviceKeySchema, CreatedDeviceSchema,
  CreateDeviceBodySchema, DeviceKeyParamsSchema, DeviceParamsSchema, DeviceSchema, DevicesQuerySchema,
  DeviceWithKeysSchema, PatchDeviceBodySchema
} from './devices.js'
import * as examples from './examples.js'

const guarded = ['MOT_UNAUTHORIZED', 'MOT_TOKEN_EXPIRED', 'MOT_TOKEN_REVOKED', 'MOT_FORBIDDEN'] as const

export const createDeviceRoute = {
  method: 'POST',
  url: '/api/devices',
  schema: {
    operationId: 'createDevice',
    tags: ['devices'],
    summary: 'Create a device and its first key, which is shown only this once',
    security: bearer,
    body: withExample(CreateDeviceBodySchema, { name: 'attic-pi', labels: { room: 'attic' } }),
    response: {
      201: withExample(CreatedDeviceSchema, { device: examples.device, key: examples.deviceKey }),
      ...problems(...guarded, 'MOT_AP_DEVICE_EXISTS', 'MOT_AP_TOO_MANY_DEVICES')
    }
  }
} as const

export const listDevicesRoute = {
  method: 'GET',
  url: '/api/devices',
  schema: {
    operationId: 'listDevices',
    tags: ['devices'],
    summary: 'List or search devices by name, label and state',
    security: bearer,
    querystring: withExample(DevicesQuerySchema, { limit: 100 }),
    response: {
      200: withExample(Page(DeviceSchema), { items: [examples.device], next_cursor: null }), ...problems(...guarded)
    }
  }
} as const

export const getDeviceRoute = {
  method: 'GET',
  url: '/api/devices/:id',
  schema: {
    operationId: 'getDevice',
    tags: ['devices'],
    summary: 'Get a device and the ids of its keys',
    security: bearer,
    params: withExample(DeviceParamsSchema, { id: 12 }),
    response: {
      200: withExample(DeviceWithKeysSchema, { ...examples.device, keys: [examples.deviceKeyEntry] }),
      ...problems(...guarded, 'MOT_NOT_FOUND')
    }
  }
} as const

export const patchDeviceRoute = {
  method: 'PATCH',
  url: '/api/devices/:id',
  schema: {
    operationId: 'changeDevice',
    tags: ['devices'],
    summary: 'Rename, label, disable or enable a device; renaming and disabling end its connections',
    security: bearer,
    params: withExample(DeviceParamsSchema, { id: 12 }),
    body: withExample(PatchDeviceBodySchema, { disabled: true }),
    response: {
      200: withExample(DeviceSchema, examples.device),
      ...problems(...guarded, 'MOT_NOT_FOUND', 'MOT_AP_DEVICE_EXISTS')
    }
  }
} as const

export const deleteDeviceRoute = {
  method: 'DELETE',
  url: '/api/devices/:id',
  schema: {
    operationId: 'deleteDevice',
    tags: ['devices'],
    summary: 'Delete a device with its keys and end its connections; what it sent stays in the history',
    security: bearer,
    params: withExample(DeviceParamsSchema, { id: 12 }),
    response: { 204: NoContentSchema, ...problems(...guarded, 'MOT_NOT_FOUND') }
  }
} as const

export const createDeviceKeyRoute = {
  method: 'POST',
  url: '/api/devices/:id/keys',
  schema: {
    operationId: 'createDeviceKey',
    tags: ['devices'],
    summary: 'Create another key of a device, to replace the first; two may be valid',
    security: bearer,
    params: withExample(DeviceParamsSchema, { id: 12 }),
    response: {
      201: withExample(CreatedDeviceKeySchema, examples.createdDeviceKey),
      ...problems(...guarded, 'MOT_NOT_FOUND', 'MOT_AP_TOO_MANY_KEYS')
    }
  }
} as const

export const deleteDeviceKeyRoute = {
  method: 'DELETE',
  url: '/api/devices/:id/keys/:keyId',
  schema: {
    operationId: 'revokeDeviceKey',
    tags: ['devices'],
    summary: 'Revoke a key of a device and end its connections',
    security: bearer,
    params: withExample(DeviceKeyParamsSchema, { id: 12, keyId: examples.deviceKeyEntry.id }),
    response: { 204: NoContentSchema, ...problems(...guarded, 'MOT_NOT_FOUND') }
  }
} as const

export const createClaimRoute = {
  method: 'POST',
  url: '/api/devices/claims',
  schema: {
    operationId: 'createClaim',
    tags: ['devices'],
    summary: 'Create a claim code, which devices trade for a key within 15 minutes',
    security: bearer,
    body: withExample(CreateClaimBodySchema, { name: 'greenhouse', uses: 20 }),
    response: { 201: withExample(ClaimSchema, examples.claim), ...problems(...guarded, 'MOT_AP_TOO_MANY_CLAIMS') }
  }
} as const

export const claimRoute = {
  method: 'POST',
  url: '/api/devices/claim',
  schema: {
    operationId: 'claimDevice',
    tags: ['devices'],
    summary: 'Trade a claim code for a device and its key, which is shown only this once',
    body: withExample(ClaimBodySchema, { code: examples.claim.code, name: 'greenhouse-1' }),
    response: {
      201: withExample(ClaimedSchema, { device: examples.device, key: examples.deviceKey, producer_id: 7 }),
      ...problems('MOT_AP_CLAIM_INVALID', 'MOT_AP_TOO_MANY_DEVICES')
    }
  }
} as const
