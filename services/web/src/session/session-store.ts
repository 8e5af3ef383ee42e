import type { Tokens, User } from '@motience/schemas'

/** A session as stored by the browser. */
export interface StoredSession {
  accessToken: string
  refreshToken: string
  /** When the access token expires, in milliseconds since 1970 by the browser's clock. */
  expiresAt: number
  /** When the token is renewed. */
  renewAt: number
  user: User
}

const KEY = 'motience.session'

/** Converts AP's response to a login or a refresh. */
export const sessionOf = (tokens: Tokens, requestedAt: number): StoredSession => {
  const lifeMs = tokens.expires_in * 1000
  return {
    accessToken: tokens.access_token,
    refreshToken: tokens.refresh_token,
    expiresAt: requestedAt + lifeMs,
    renewAt: requestedAt + lifeMs - Math.min(60_000, lifeMs / 5),
    user: tokens.user
  }
}

/**
 * Stores the session in the tab or, if the user chose to stay signed in, in the browser. The content security policy
 * keeps foreign scripts away from both.
 */
export class SessionStore {
  /** Whether the session survives closing the tab. */
  remember = localStorage.getItem(KEY) !== null

  load (): StoredSession | null {
    const text = localStorage.getItem(KEY) ?? sessionStorage.getItem(KEY)
    if (text === null) return null
    try {
      const session = JSON.parse(text) as StoredSession
      return typeof session.refreshToken === 'string' ? session : null
    } catch {
      return null
    }
  }

  save (session: StoredSession): void {
    const text = JSON.stringify(session)
    if (this.remember) localStorage.setItem(KEY, text)
    else sessionStorage.setItem(KEY, text)
  }

  clear (): void {
    localStorage.removeItem(KEY)
    sessionStorage.removeItem(KEY)
  }

  /** Calls `handler` when another tab changes the session. */
  onChange (handler: () => void): void {
    window.addEventListener('storage', event => { if (event.key === KEY) handler() })
  }
}
