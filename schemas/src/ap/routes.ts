import { Page } from '../common.js'
import { bearer, NoContentSchema, problems, withExample } from '../route.js'
import {
  JwksSchema, LoginBodySchema, PasswordBodySchema, RefreshTokenBodySchema, RegisterBodySchema, RegisteredSchema,
  ServiceTokenBodySchema, ServiceTokenSchema, TokensSchema, VerifiedSchema, VerifyBodySchema
} from './auth.js'
import * as examples from './examples.js'
import { CatalogueEntrySchema, CatalogueQuerySchema, UserParamsSchema, UserSchema } from './user.js'

export * from './device-routes.js'
export * from './key-routes.js'

const needsToken = ['MOT_UNAUTHORIZED', 'MOT_TOKEN_EXPIRED', 'MOT_TOKEN_REVOKED'] as const

export const registerRoute = {
  method: 'POST',
  url: '/api/auth/register',
  schema: {
    operationId: 'register',
    tags: ['auth'],
    summary: 'Register a producer or a consumer',
    body: withExample(RegisterBodySchema, examples.registration),
    response: { 201: withExample(RegisteredSchema, { user: examples.user }), ...problems('MOT_AP_USERNAME_TAKEN') }
  }
} as const

export const loginRoute = {
  method: 'POST',
  url: '/api/auth/login',
  schema: {
    operationId: 'login',
    tags: ['auth'],
    summary: 'Sign in',
    body: withExample(LoginBodySchema, { username: 'ann', password: 'correct horse battery' }),
    response: {
      200: withExample(TokensSchema, examples.tokens),
      ...problems('MOT_AP_BAD_CREDENTIALS', 'MOT_AP_USER_DISABLED', 'MOT_AP_TOO_MANY_SESSIONS')
    }
  }
} as const

export const refreshRoute = {
  method: 'POST',
  url: '/api/auth/refresh',
  schema: {
    operationId: 'refresh',
    tags: ['auth'],
    summary: 'Get a new access token; the refresh token is replaced',
    body: withExample(RefreshTokenBodySchema, { refresh_token: examples.refreshToken }),
    response: {
      200: withExample(TokensSchema, examples.tokens),
      ...problems('MOT_AP_REFRESH_INVALID', 'MOT_AP_REFRESH_REUSED')
    }
  }
} as const

export const logoutRoute = {
  method: 'POST',
  url: '/api/auth/logout',
  schema: {
    operationId: 'logout',
    tags: ['auth'],
    summary: 'End a session, its access tokens and its connections',
    body: withExample(RefreshTokenBodySchema, { refresh_token: examples.refreshToken }),
    response: { 204: NoContentSchema, ...problems('MOT_AP_REFRESH_INVALID') }
  }
} as const

export const verifyBearerRoute = {
  method: 'GET',
  url: '/api/auth/verify',
  schema: {
    operationId: 'verifyBearer',
    tags: ['auth'],
    summary: 'Verify the bearer token and return its user',
    security: bearer,
    response: { 200: withExample(VerifiedSchema, examples.verified), ...problems(...needsToken) }
  }
} as const

export const verifyRoute = {
  method: 'POST',
  url: '/api/auth/verify',
  schema: {
    operationId: 'verify',
    tags: ['auth'],
    summary: 'Verify a token and return its user',
    body: withExample(VerifyBodySchema, { token: examples.accessToken }),
    response: { 200: withExample(VerifiedSchema, examples.verified), ...problems(...needsToken) }
  }
} as const

export const meRoute = {
  method: 'GET',
  url: '/api/auth/me',
  schema: {
    operationId: 'getMe',
    tags: ['auth'],
    summary: 'Get the signed-in user',
    security: bearer,
    response: { 200: withExample(UserSchema, examples.user), ...problems(...needsToken, 'MOT_FORBIDDEN') }
  }
} as const

export const passwordRoute = {
  method: 'PUT',
  url: '/api/auth/password',
  schema: {
    operationId: 'changePassword',
    tags: ['auth'],
    summary: "Change the password and end the user's other sessions",
    security: bearer,
    body: withExample(PasswordBodySchema, examples.passwordChange),
    response: { 204: NoContentSchema, ...problems(...needsToken, 'MOT_FORBIDDEN', 'MOT_AP_BAD_CREDENTIALS') }
  }
} as const

export const serviceTokenRoute = {
  method: 'POST',
  url: '/api/auth/service-token',
  schema: {
    operationId: 'getServiceToken',
    tags: ['auth'],
    summary: 'Get an access token for a service',
    body: withExample(ServiceTokenBodySchema, { service: 'dsm', secret: 'the value of SERVICE_SECRET' }),
    response: { 200: withExample(ServiceTokenSchema, examples.serviceToken), ...problems('MOT_AP_BAD_SERVICE_SECRET') }
  }
} as const

const catalogue = (role: 'Producers' | 'Consumers') => ({
  method: 'GET',
  url: `/api/${role.toLowerCase() as Lowercase<typeof role>}`,
  schema: {
    operationId: `list${role}`,
    tags: ['users'],
    summary: `List or search ${role.toLowerCase()}`,
    security: bearer,
    querystring: withExample(CatalogueQuerySchema, { limit: 100 }),
    response: { 200: withExample(Page(CatalogueEntrySchema), examples.cataloguePage), ...problems(...needsToken) }
  }
}) as const

export const producersRoute = catalogue('Producers')
export const consumersRoute = catalogue('Consumers')

export const userRoute = {
  method: 'GET',
  url: '/api/users/:id',
  schema: {
    operationId: 'getUser',
    tags: ['users'],
    summary: 'Get a user',
    security: bearer,
    params: withExample(UserParamsSchema, { id: 7 }),
    response: { 200: withExample(UserSchema, examples.user), ...problems(...needsToken, 'MOT_NOT_FOUND') }
  }
} as const

const userAction = <const Action extends string>(action: Action, operationId: string, summary: string) => ({
  method: 'POST',
  url: `/api/users/:id/${action}`,
  schema: {
    operationId,
    tags: ['users'],
    summary,
    security: bearer,
    params: withExample(UserParamsSchema, { id: 7 }),
    response: { 204: NoContentSchema, ...problems(...needsToken, 'MOT_FORBIDDEN', 'MOT_NOT_FOUND') }
  }
}) as const

export const disableUserRoute = userAction(
  'disable',
  'disableUser',
  'Disable a user and end all of its sessions immediately'
)
export const enableUserRoute = userAction('enable', 'enableUser', 'Enable a disabled user')
export const revokeUserRoute = userAction('revoke', 'revokeUser', 'End all sessions of a user immediately')

export const jwksRoute = {
  method: 'GET',
  url: '/.well-known/jwks.json',
  schema: {
    operationId: 'getJwks',
    tags: ['auth'],
    summary: 'Get the public keys that verify access tokens (RFC 7517)',
    response: { 200: withExample(JwksSchema, { keys: [examples.jwk] }), ...problems() }
  }
} as const
