import { createKeySession } from '../session/key-session.js'
import type { RestFetch } from '../session/rest.js'
import { createTokenSession, type TokenSession } from '../session/tokens.js'

/** A username and a password at AP (`authUrl`), or a device key or API key. */
export type ProducerCredentials =
  | { authUrl: string, username: string, password: string, key?: undefined }
  | { key: string, authUrl?: undefined, username?: undefined, password?: undefined }

/** The session of these credentials. */
export const createSession = (credentials: ProducerCredentials, fetch: RestFetch | undefined): TokenSession => {
  if (credentials.key !== undefined) return createKeySession(credentials.key)
  const { authUrl, username, password } = credentials
  return createTokenSession({ authUrl, username, password, ...(fetch === undefined ? {} : { fetch }) })
}
