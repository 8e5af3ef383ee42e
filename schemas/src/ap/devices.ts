import { Type, type Static } from '@sinclair/typebox'
import { CursorSchema, DeviceName, IdSchema, LimitSchema, Nullable, PLAIN_TEXT, StringEnum } from '../common.js'

/** Maximum number of labels of a device. */
export const MAX_LABELS = 32

const DeviceNumberSchema = Type.Integer({ minimum: 1, maximum: 2147483647, description: 'Id of the device' })
const NameSchema = DeviceName('Name of the device, unique in the account; its `device_id`')

/** Labels of a device, by name; they are for searching and grouping, the platform gives them no meaning. */
export const LabelsSchema = Type.Record(
  Type.String({ pattern: '^[A-Za-z0-9_.-]{1,64}$' }),
  Type.String({ maxLength: 128, pattern: `^${PLAIN_TEXT}*$` }),
  { additionalProperties: false, maxProperties: MAX_LABELS, description: `At most ${MAX_LABELS} labels` }
)
export type Labels = Static<typeof LabelsSchema>

const deviceFields = {
  id: DeviceNumberSchema,
  name: NameSchema,
  labels: LabelsSchema,
  created_at: Type.String(),
  last_seen_at: Nullable(Type.String({ description: 'When it last connected or sent; a few seconds late' })),
  connected: Type.Boolean({ description: 'Whether it has a connection now; a few seconds late' }),
  disabled: Type.Boolean({ description: 'Whether its keys are refused' })
}

export const DeviceSchema = Type.Object(deviceFields, { $id: 'Device' })
export type Device = Static<typeof DeviceSchema>

/** A device key as it is listed: never the key itself. */
export const DeviceKeySchema = Type.Object({
  id: Type.String(),
  created_at: Type.String(),
  last_used_at: Nullable(Type.String({ description: 'When it was last verified' }))
})
export type DeviceKey = Static<typeof DeviceKeySchema>

export const DeviceWithKeysSchema = Type.Object({
  ...deviceFields,
  keys: Type.Array(DeviceKeySchema, { description: 'Its valid keys, at most two' })
}, { $id: 'DeviceWithKeys' })
export type DeviceWithKeys = Static<typeof DeviceWithKeysSchema>

export const CreateDeviceBodySchema = Type.Object({
  name: NameSchema,
  labels: Type.Optional(LabelsSchema)
}, { additionalProperties: false })
export type CreateDeviceBody = Static<typeof CreateDeviceBodySchema>

export const PatchDeviceBodySchema = Type.Object({
  name: Type.Optional(NameSchema),
  labels: Type.Optional(LabelsSchema),
  disabled: Type.Optional(Type.Boolean())
}, { additionalProperties: false, minProperties: 1 })
export type PatchDeviceBody = Static<typeof PatchDeviceBodySchema>

const KeyTextSchema = Type.String({ description: 'The device key, `mot_d_…`: shown only this once' })

export const CreatedDeviceSchema = Type.Object({ device: DeviceSchema, key: KeyTextSchema })
export type CreatedDevice = Static<typeof CreatedDeviceSchema>

export const CreatedDeviceKeySchema = Type.Object({ id: Type.String(), key: KeyTextSchema, created_at: Type.String() })
export type CreatedDeviceKey = Static<typeof CreatedDeviceKeySchema>

export const DevicesQuerySchema = Type.Object({
  q: Type.Optional(Type.String({ minLength: 1, maxLength: 64, description: 'Part of a device name' })),
  label: Type.Optional(Type.String({
    pattern: `^[A-Za-z0-9_.-]{1,64}(=${PLAIN_TEXT}{0,128})?$`,
    description: 'A label that the device has, `name` or `name=value`'
  })),
  state: Type.Optional(StringEnum(['connected', 'disconnected', 'disabled'], {
    description: 'Only devices in this state; disabled ones are in no other'
  })),
  user_id: Type.Optional(Type.Integer({
    minimum: 1, maximum: 2147483647, description: 'For administrators: the producer whose devices are listed'
  })),
  limit: Type.Optional(LimitSchema),
  cursor: Type.Optional(CursorSchema)
}, { additionalProperties: false })
export type DevicesQuery = Static<typeof DevicesQuerySchema>

export const DeviceParamsSchema = Type.Object({ id: DeviceNumberSchema })
export const DeviceKeyParamsSchema = Type.Object({
  id: DeviceNumberSchema,
  keyId: Type.String({ pattern: '^[a-z0-9]{12}$', description: 'Id of the key' })
})

/** Maximum number of devices that one claim code makes. */
export const MAX_CLAIM_USES = 1000

export const CreateClaimBodySchema = Type.Object({
  name: Type.Optional(DeviceName('Name of the device; with several uses, its beginning', 48)),
  uses: Type.Optional(Type.Integer({
    minimum: 1, maximum: MAX_CLAIM_USES, default: 1, description: 'How many devices may use the code'
  }))
}, { additionalProperties: false })
export type CreateClaimBody = Static<typeof CreateClaimBodySchema>

export const ClaimSchema = Type.Object({
  code: Type.String({ description: 'Eight letters and digits; a device trades it for its key' }),
  expires_at: Type.String(),
  uses: Type.Integer()
})
export type Claim = Static<typeof ClaimSchema>

export const ClaimBodySchema = Type.Object({
  code: Type.String({
    minLength: 8, maxLength: 16, description: 'The claim code, in any case; dashes and spaces are ignored'
  }),
  name: Type.Optional(
    DeviceName('Name that the device proposes; used where the owner named none, and made unique')
  )
}, { additionalProperties: false })
export type ClaimBody = Static<typeof ClaimBodySchema>

export const ClaimedSchema = Type.Object({ device: DeviceSchema, key: KeyTextSchema, producer_id: IdSchema })
export type Claimed = Static<typeof ClaimedSchema>
