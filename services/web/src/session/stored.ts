import type { Tokens, User } from '@motience/schemas'

/** A session as it outlives a reload. */
export interface StoredSession {
  accessToken: string
  refreshToken: string
  /** Milliseconds since 1970 at which the access token stops working, by this browser's clock. */
  expiresAt: number
  /** When it is renewed. */
  renewAt: number
  user: User
}

const KEY = 'motience.session'

/** A session made of AP's answer to a login or a refresh. */
export const sessionOf = (tokens: Tokens, askedAt: number): StoredSession => {
  const lifeMs = tokens.expires_in * 1000
  return {
    accessToken: tokens.access_token,
    refreshToken: tokens.refresh_token,
    expiresAt: askedAt + lifeMs,
    renewAt: askedAt + lifeMs - Math.min(60_000, lifeMs / 5),
    user: tokens.user
  }
}

/**
 * Keeps the session: in this tab, or, where the person asked to stay signed in, in this browser. The page's content
 * policy lets no foreign script near either.
 */
export class SessionStore {
  /** Whether it outlives the tab. */
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

  /** Told when another tab has changed the session. */
  onChange (handler: () => void): void {
    window.addEventListener('storage', event => { if (event.key === KEY) handler() })
  }
}
