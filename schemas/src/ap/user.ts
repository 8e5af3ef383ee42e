import { Type, type Static } from '@sinclair/typebox'
import { CursorSchema, DeviceIdSchema, IdSchema, LimitSchema, Nullable, StringEnum } from '../common.js'

/** Roles that can be registered. */
export const AccountRoleSchema = StringEnum(['producer', 'consumer'])
export type AccountRole = Static<typeof AccountRoleSchema>

/** Roles that a token can carry. */
export const RoleSchema = StringEnum(['producer', 'consumer', 'admin', 'service'])
export type Role = Static<typeof RoleSchema>

/**
 * What a key may do: read messages live and from history, send them, change subscriptions, manage devices. A session
 * has no scopes: it may do all that its role may.
 */
export const ScopeSchema = StringEnum(['data:read', 'data:write', 'subscriptions', 'devices'])
export type Scope = Static<typeof ScopeSchema>

export const UsernameSchema = Type.String({
  minLength: 3,
  maxLength: 64,
  pattern: '^[A-Za-z0-9][A-Za-z0-9._@+-]*$',
  description: 'Unique, case-insensitive'
})
export const PasswordSchema = Type.String({ minLength: 8, maxLength: 128 })

export const UserSchema = Type.Object({
  id: IdSchema,
  username: Type.String(),
  role: RoleSchema,
  device_id: Nullable(DeviceIdSchema),
  created_at: Type.String()
}, { $id: 'User' })
export type User = Static<typeof UserSchema>

/** An entry in the catalogue of producers or consumers. */
export const CatalogueEntrySchema = Type.Object({
  id: IdSchema,
  username: Type.String(),
  device_id: Nullable(DeviceIdSchema),
  created_at: Type.String()
})
export type CatalogueEntry = Static<typeof CatalogueEntrySchema>

export const CatalogueQuerySchema = Type.Object({
  q: Type.Optional(Type.String({ minLength: 1, maxLength: 64, description: 'Part of a username or device name' })),
  limit: Type.Optional(LimitSchema),
  cursor: Type.Optional(CursorSchema)
}, { additionalProperties: false })
export type CatalogueQuery = Static<typeof CatalogueQuerySchema>

export const UserParamsSchema = Type.Object({ id: IdSchema })
