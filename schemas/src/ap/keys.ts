import { Type, type Static } from '@sinclair/typebox'
import { DeviceIdSchema, Nullable, PLAIN_TEXT, StringEnum, TimestampSchema } from '../common.js'
import { ScopeSchema, UserSchema } from './user.js'

/** How every key begins; no access token does. */
export const KEY_PREFIX = 'mot_'

/** A device key (`d`) or an API key (`k`): its id, then its secret of 256 bits in base 62. */
export const KEY_PATTERN = /^mot_([dk])_([a-z0-9]{12})_([A-Za-z0-9]{43})$/

const UuidSchema = Type.String({ pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$', description: 'UUID' })

const KeyIdSchema = Type.String({ pattern: '^[a-z0-9]{12}$', description: 'Id of the key' })

export const KeyKindSchema = StringEnum(['device', 'api'])
export type KeyKind = Static<typeof KeyKindSchema>

export const ApiKeySchema = Type.Object({
  id: KeyIdSchema,
  name: Type.String(),
  scopes: Type.Array(ScopeSchema),
  created_at: Type.String(),
  expires_at: Nullable(Type.String({ description: '`null` for a key that does not expire' })),
  last_used_at: Nullable(Type.String({ description: 'When it was last verified, to the minute' }))
}, { $id: 'ApiKey' })
export type ApiKey = Static<typeof ApiKeySchema>

export const CreateApiKeyBodySchema = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 64, pattern: `^(?=.*\\S)${PLAIN_TEXT}+$` }),
  scopes: Type.Array(ScopeSchema, { minItems: 1, maxItems: 4, uniqueItems: true }),
  expires_at: Type.Optional(TimestampSchema)
}, { additionalProperties: false })
export type CreateApiKeyBody = Static<typeof CreateApiKeyBodySchema>

export const CreatedApiKeySchema = Type.Object({
  api_key: ApiKeySchema,
  key: Type.String({ description: 'The API key, `mot_k_…`: shown only this once' })
})
export type CreatedApiKey = Static<typeof CreatedApiKeySchema>

export const ApiKeyParamsSchema = Type.Object({ id: KeyIdSchema })

/** A key that was verified, and what it is limited to. */
export const VerifiedKeySchema = Type.Object({
  id: KeyIdSchema,
  kind: KeyKindSchema,
  scopes: Type.Array(ScopeSchema),
  device_id: Nullable(DeviceIdSchema)
})
export type VerifiedKey = Static<typeof VerifiedKeySchema>

/** Maximum number of keys that a service has verified in one call. */
export const MAX_VERIFY_KEYS = 250

/** Services send the SHA-256 of a secret, so that the secret itself stays where it came in. */
export const VerifyKeysBodySchema = Type.Object({
  keys: Type.Array(Type.Object({
    id: KeyIdSchema,
    kind: KeyKindSchema,
    secret_sha256: Type.String({ pattern: '^[0-9a-f]{64}$' })
  }, { additionalProperties: false }), { minItems: 1, maxItems: MAX_VERIFY_KEYS })
}, { additionalProperties: false })
export type VerifyKeysBody = Static<typeof VerifyKeysBodySchema>

const KeyIdentitySchema = Type.Object({
  sid: Type.String({ description: 'What a revocation of the key names; changes with the device' }),
  user: UserSchema,
  key: VerifiedKeySchema,
  expires_at: Type.String({ description: 'From then on the answer is void; at most 24 h ahead' })
})
export type KeyIdentity = Static<typeof KeyIdentitySchema>

const RefusedKeySchema = Type.Object({
  code: StringEnum(['MOT_UNAUTHORIZED', 'MOT_TOKEN_EXPIRED', 'MOT_TOKEN_REVOKED'])
})
export type RefusedKey = Static<typeof RefusedKeySchema>

/** One result for each key, in order. */
export const VerifiedKeysSchema = Type.Object({
  results: Type.Array(Type.Union([KeyIdentitySchema, RefusedKeySchema]))
})
export type VerifiedKeys = Static<typeof VerifiedKeysSchema>

/** Maximum number of entries in each list of a report. */
export const MAX_REPORTED_DEVICES = 2000

const SidsSchema = Type.Array(Type.String({ minLength: 1, maxLength: 64 }), { maxItems: MAX_REPORTED_DEVICES })

/** What one instance of a service saw of devices since its last report, by the `sid` of their keys. */
export const DeviceReportSchema = Type.Object({
  instance: UuidSchema,
  seen: SidsSchema,
  opened: SidsSchema,
  closed: SidsSchema
}, { additionalProperties: false })
export type DeviceReport = Static<typeof DeviceReportSchema>

/** `known` is false if AP had forgotten the instance: it then reports all of its open connections again. */
export const DeviceReportResultSchema = Type.Object({ known: Type.Boolean() })
export type DeviceReportResult = Static<typeof DeviceReportResultSchema>

/** A sign-in, as its user sees it. */
export const SignInSchema = Type.Object({
  id: UuidSchema,
  created_at: Type.String(),
  last_used_at: Type.String({ description: 'When its tokens were last renewed' }),
  expires_at: Type.String({ description: 'When it ends if its tokens are not renewed' }),
  current: Type.Boolean({ description: 'Whether it is the one that asks' })
}, { $id: 'SignIn' })
export type SignIn = Static<typeof SignInSchema>

export const SignInParamsSchema = Type.Object({ id: UuidSchema })
