import type { CatalogueEntry, PasswordBody, RegisterBody, ServiceToken, Tokens, User, Verified } from './index.js'

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
