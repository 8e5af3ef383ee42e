import type {
  ApiKey, CatalogueEntry, Claim, CreatedDeviceKey, Device, DeviceKey, DeviceReport, KeyIdentity, PasswordBody,
  RegisterBody, ServiceToken, SignIn, Tokens, User, Verified, VerifyKeysBody
} from './index.js'

/** Examples of AP's requests and responses, for its routes. */
export const catalogueEntry: CatalogueEntry = {
  id: 7,
  username: 'ann',
  device_id: 'attic-pi',
  created_at: '2026-01-31T08:15:00.000Z'
}

export const cataloguePage = { items: [catalogueEntry], next_cursor: null }

export const user: User = { ...catalogueEntry, role: 'producer' }

export const registration: RegisterBody = {
  username: 'ann',
  password: 'correct horse battery',
  role: 'producer',
  device_id: 'attic-pi'
}

export const passwordChange: PasswordBody = {
  current_password: 'correct horse battery',
  new_password: 'a staple that nobody guesses'
}

/** Shortened; a real one has some 450 characters. */
export const accessToken = 'eyJhbGciOiJFZERTQSIsInR5cCI6ImF0K2p3dCJ9.eyJzdWIiOiI3In0.c2lnbmF0dXJl'

export const refreshToken = 'bxwKUnoeT0OcYtHxqcjgtAAAAAF2ZXJ5LXNlY3JldC1ieXRlcy1vZi1hbi1leGFtcGxlLi4uAAAA'

export const tokens: Tokens = {
  access_token: accessToken,
  refresh_token: refreshToken,
  token_type: 'Bearer',
  expires_in: 3600,
  user_id: 7,
  user
}

export const serviceToken: ServiceToken = { access_token: accessToken, token_type: 'Bearer', expires_in: 3600 }

export const verified: Verified = { valid: true, user, expires_at: '2026-01-31T09:15:00.000Z' }

export const jwk = {
  kty: 'OKP',
  crv: 'Ed25519',
  x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
  kid: '2b7e1516-28ae-42d2-a6ab-f7158809cf4f',
  alg: 'EdDSA',
  use: 'sig'
}

export const device: Device = {
  id: 12,
  name: 'attic-pi',
  labels: { room: 'attic' },
  created_at: '2026-01-31T08:15:00.000Z',
  last_seen_at: '2026-01-31T08:20:00.000Z',
  connected: true,
  disabled: false
}

/** Shortened; a real secret has 43 characters. */
export const deviceKey = 'mot_d_k3v9x0q2m7ab_Zq4…'
export const apiKeyText = 'mot_k_r8s1t5u2w6yz_b7T…'

export const deviceKeyEntry: DeviceKey = {
  id: 'k3v9x0q2m7ab', created_at: '2026-01-31T08:15:00.000Z', last_used_at: '2026-01-31T08:20:00.000Z'
}

export const createdDeviceKey: CreatedDeviceKey = {
  id: 'k3v9x0q2m7ab', key: deviceKey, created_at: '2026-01-31T08:15:00.000Z'
}

export const claim: Claim = { code: 'K7MPX4QR', expires_at: '2026-01-31T08:30:00.000Z', uses: 20 }

export const apiKey: ApiKey = {
  id: 'r8s1t5u2w6yz',
  name: 'spreadsheet',
  scopes: ['data:read'],
  created_at: '2026-01-31T08:15:00.000Z',
  expires_at: null,
  last_used_at: null
}

export const signIn: SignIn = {
  id: '8f14e45f-ceea-467f-a0e6-3f1b2c4d5e6f',
  created_at: '2026-01-31T08:15:00.000Z',
  last_used_at: '2026-01-31T09:10:00.000Z',
  expires_at: '2026-02-07T09:10:00.000Z',
  current: true
}

export const keyToVerify: VerifyKeysBody['keys'][number] = {
  id: deviceKeyEntry.id,
  kind: 'device',
  secret_sha256: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'
}

export const keyIdentity: KeyIdentity = {
  sid: 'key:k3v9x0q2m7ab:0',
  user,
  key: { id: deviceKeyEntry.id, kind: 'device', scopes: ['data:write'], device_id: device.name },
  expires_at: '2026-02-01T08:15:00.000Z'
}

export const deviceReport: DeviceReport = {
  instance: '1c9d0f6e-52c1-4f0e-9f8b-6a7d1b2c3e4f', seen: [keyIdentity.sid], opened: [keyIdentity.sid], closed: []
}
