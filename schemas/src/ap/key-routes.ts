import { Page } from '../common.js'
import { bearer, NoContentSchema, problems, withExample } from '../route.js'
import * as examples from './examples.js'
import {
  ApiKeyParamsSchema, ApiKeySchema, CreateApiKeyBodySchema, CreatedApiKeySchema, DeviceReportResultSchema,
  DeviceReportSchema, SignInParamsSchema, SignInSchema, VerifiedKeysSchema, VerifyKeysBodySchema
} from './keys.js'

const guarded = ['MOT_UNAUTHORIZED', 'MOT_TOKEN_EXPIRED', 'MOT_TOKEN_REVOKED', 'MOT_FORBIDDEN'] as const

export const createApiKeyRoute = {
  method: 'POST',
  url: '/api/keys',
  schema: {
    operationId: 'createApiKey',
    tags: ['keys'],
    summary: 'Create an API key, which is shown only this once',
    security: bearer,
    body: withExample(CreateApiKeyBodySchema, { name: 'spreadsheet', scopes: ['data:read'] }),
    response: {
      201: withExample(CreatedApiKeySchema, { api_key: examples.apiKey, key: examples.apiKeyText }),
      ...problems(...guarded, 'MOT_AP_TOO_MANY_KEYS')
    }
  }
} as const

export const listApiKeysRoute = {
  method: 'GET',
  url: '/api/keys',
  schema: {
    operationId: 'listApiKeys',
    tags: ['keys'],
    summary: "List one's own API keys",
    security: bearer,
    response: {
      200: withExample(Page(ApiKeySchema), { items: [examples.apiKey], next_cursor: null }), ...problems(...guarded)
    }
  }
} as const

export const deleteApiKeyRoute = {
  method: 'DELETE',
  url: '/api/keys/:id',
  schema: {
    operationId: 'revokeApiKey',
    tags: ['keys'],
    summary: "Revoke one of one's own API keys and end its connections",
    security: bearer,
    params: withExample(ApiKeyParamsSchema, { id: examples.apiKey.id }),
    response: { 204: NoContentSchema, ...problems(...guarded, 'MOT_NOT_FOUND') }
  }
} as const

export const listSessionsRoute = {
  method: 'GET',
  url: '/api/sessions',
  schema: {
    operationId: 'listSessions',
    tags: ['auth'],
    summary: "List one's own sign-ins",
    security: bearer,
    response: {
      200: withExample(Page(SignInSchema), { items: [examples.signIn], next_cursor: null }), ...problems(...guarded)
    }
  }
} as const

export const deleteSessionRoute = {
  method: 'DELETE',
  url: '/api/sessions/:id',
  schema: {
    operationId: 'endSession',
    tags: ['auth'],
    summary: "End one of one's own sign-ins, its access tokens and its connections",
    security: bearer,
    params: withExample(SignInParamsSchema, { id: examples.signIn.id }),
    response: { 204: NoContentSchema, ...problems(...guarded, 'MOT_NOT_FOUND') }
  }
} as const

export const verifyKeysRoute = {
  method: 'POST',
  url: '/api/keys/verify',
  schema: {
    operationId: 'verifyKeys',
    tags: ['services'],
    summary: 'Verify keys for a service, by the hashes of their secrets',
    security: bearer,
    body: withExample(VerifyKeysBodySchema, { keys: [examples.keyToVerify] }),
    response: {
      200: withExample(VerifiedKeysSchema, { results: [examples.keyIdentity, { code: 'MOT_TOKEN_REVOKED' }] }),
      ...problems(...guarded)
    }
  }
} as const

export const reportDevicesRoute = {
  method: 'POST',
  url: '/api/devices/report',
  schema: {
    operationId: 'reportDevices',
    tags: ['services'],
    summary: 'Report which devices a service saw, and which connected or disconnected',
    security: bearer,
    body: withExample(DeviceReportSchema, examples.deviceReport),
    response: { 200: withExample(DeviceReportResultSchema, { known: true }), ...problems(...guarded) }
  }
} as const
