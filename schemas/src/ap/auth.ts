import { Type, type Static } from '@sinclair/typebox'
import { DeviceIdSchema, IdSchema, StringEnum } from '../common.js'
import { VerifiedKeySchema } from './keys.js'
import { AccountRoleSchema, PasswordSchema, RoleSchema, UsernameSchema, UserSchema } from './user.js'

export const RegisterBodySchema = Type.Object({
  username: UsernameSchema,
  password: PasswordSchema,
  role: AccountRoleSchema,
  device_id: Type.Optional(DeviceIdSchema)
}, { additionalProperties: false })
export type RegisterBody = Static<typeof RegisterBodySchema>

export const RegisteredSchema = Type.Object({ user: UserSchema })

export const LoginBodySchema = Type.Object({
  username: Type.String({ minLength: 1, maxLength: 64 }),
  password: Type.String({ minLength: 1, maxLength: 128 }),
  end_others: Type.Optional(Type.Boolean({
    description: 'End the other sessions of the user, for one who may have no more of them'
  }))
}, { additionalProperties: false })
export type LoginBody = Static<typeof LoginBodySchema>

export const RefreshTokenBodySchema = Type.Object({
  refresh_token: Type.String({ minLength: 1, maxLength: 512 })
}, { additionalProperties: false })
export type RefreshTokenBody = Static<typeof RefreshTokenBodySchema>

/** Response to a login or a refresh. */
export const TokensSchema = Type.Object({
  access_token: Type.String(),
  refresh_token: Type.String(),
  token_type: Type.Literal('Bearer'),
  expires_in: Type.Integer({ description: 'Lifetime of the access token, in seconds' }),
  user_id: IdSchema,
  user: UserSchema
}, { $id: 'Tokens' })
export type Tokens = Static<typeof TokensSchema>

export const VerifyBodySchema = Type.Object({
  token: Type.String({ minLength: 1, maxLength: 4096 })
}, { additionalProperties: false })
export type VerifyBody = Static<typeof VerifyBodySchema>

export const VerifiedSchema = Type.Object({
  valid: Type.Literal(true),
  user: UserSchema,
  expires_at: Type.String({ description: 'From then on it has to be verified again' }),
  key: Type.Optional(VerifiedKeySchema)
})
export type Verified = Static<typeof VerifiedSchema>

export const PasswordBodySchema = Type.Object({
  current_password: Type.String({ minLength: 1, maxLength: 128 }),
  new_password: PasswordSchema
}, { additionalProperties: false })
export type PasswordBody = Static<typeof PasswordBodySchema>

export const ServiceNameSchema = StringEnum(['sm', 'dsm', 'wss1', 'wss2', 'mqtt'])
export type ServiceName = Static<typeof ServiceNameSchema>

export const ServiceTokenBodySchema = Type.Object({
  service: ServiceNameSchema,
  secret: Type.String({ minLength: 1, maxLength: 256 })
}, { additionalProperties: false })
export type ServiceTokenBody = Static<typeof ServiceTokenBodySchema>

export const ServiceTokenSchema = Type.Object({
  access_token: Type.String(),
  token_type: Type.Literal('Bearer'),
  expires_in: Type.Integer()
})
export type ServiceToken = Static<typeof ServiceTokenSchema>

/** Claims of an access token (RFC 7519). For a service `sub` is its name and `sid` is `service:<name>`. */
export const AccessClaimsSchema = Type.Object({
  iss: Type.String(),
  aud: Type.String(),
  sub: Type.String(),
  role: RoleSchema,
  sid: Type.String(),
  username: Type.Optional(Type.String()),
  device_id: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  jti: Type.String(),
  iat: Type.Integer(),
  exp: Type.Integer()
})
export type AccessClaims = Static<typeof AccessClaimsSchema>

/** `iss` and `aud` of every access token. */
export const TOKEN_ISSUER = 'motience'
export const TOKEN_AUDIENCE = 'motience'

/** `typ` header of access tokens (RFC 9068 §2.1), so that no other JWT signed with the same key is accepted as one. */
export const ACCESS_TOKEN_TYPE = 'at+jwt'

export const JwksSchema = Type.Object({
  keys: Type.Array(Type.Object({
    kty: Type.String(), crv: Type.String(), x: Type.String(), kid: Type.String(), alg: Type.String(), use: Type.String()
  }))
})
