import { randomUUID } from 'node:crypto'
import { ProblemError } from '@motience/kit'
import type { Sql } from 'postgres'
import type { Clock } from '../clock.js'
import { accessExpiry, type Lifetimes } from '../tokens/lifetimes.js'
import { firstRefreshToken } from '../tokens/refresh-token.js'
import type { Secrets } from '../tokens/secrets.js'
import type { UserRow } from '../users/users.js'
import { endSessions } from './end-sessions.js'
import type { SessionRow } from './session-row.js'
import { endByToken, rotate, type Rotation } from './rotation.js'

/** What a signed-in user is handed. */
export interface Grant {
  user: UserRow
  sid: string
  refreshToken: string
  /** When the access token that goes with it expires, in milliseconds since 1970. */
  accessExpiresAt: number
}

/** Sessions in `ap.sessions`. PostgreSQL alone decides whether one lives. */
export interface Sessions {
  /**
   * Starts a session of a user whose password was just compared; null if the password has changed since. `endOthers`
   * ends all others first, of which `ended` tells the number; the caller publishes that. Rejects with
   * MOT_AP_USER_DISABLED, or with MOT_AP_TOO_MANY_SESSIONS where the user has `MAX_SESSIONS`.
   */
  start (user: UserRow, options?: { endOthers?: boolean }): Promise<{ grant: Grant, ended: number } | null>
  rotate (refreshToken: string): Promise<Rotation>
  /**
   * Ends the session of a refresh token; the id of its user, or null for a token that is none. Once more changes
   * nothing.
   */
  endByToken (refreshToken: string): Promise<{ userId: number } | null>
  /** The sessions of a user that can still be used, the latest first. */
  list (userId: number): Promise<SessionEntry[]>
  /** Ends a session of a user; false if it has no such session. Once more changes nothing. The caller publishes. */
  end (userId: number, sid: string): Promise<boolean>
  /** The user of a session, if both may still act. */
  living (sid: string): Promise<UserRow | null>
  /** Forgets sessions of which no token lives, at most `limit`; returns how many. */
  forget (limit: number): Promise<number>
}

/** A session as its user sees it. */
export type SessionEntry = Pick<SessionRow, 'id' | 'created_at' | 'rotated_at' | 'refresh_expires_at'>

/** Maximum number of sessions of one user. */
export const MAX_SESSIONS = 100

/** What sessions are made with. */
export interface SessionDependencies { sql: Sql, secrets: Secrets, lifetimes: Lifetimes, clock: Clock }

const FORGET_AFTER_MS = 24 * 3_600_000

export const createSessions = (parts: SessionDependencies): Sessions => {
  const { sql, secrets, lifetimes, clock } = parts

  return {
    async start ({ id, password_hash: compared }, { endOthers = false } = {}) {
      return await sql.begin(async tx => {
        // The lock makes a sign-in and a change of the same user's password or state follow each other.
        const [user] = await tx<UserRow[]>`SELECT * FROM ap.users WHERE id = ${id} FOR NO KEY UPDATE`
        if (!user || user.password_hash !== compared) return null
        if (user.disabled_at) throw new ProblemError('MOT_AP_USER_DISABLED', 'An administrator has disabled this user')
        const now = clock()
        const ended = endOthers ? await endSessions(tx, id, 'all', 'revoked', now) : 0
        const [count] = await tx<{ n: number }[]>`
          SELECT count(*)::int AS n FROM ap.sessions
          WHERE user_id = ${id} AND ended_at IS NULL AND refresh_expires_at > ${new Date(now)}`
        if (count!.n >= MAX_SESSIONS) {
          throw new ProblemError('MOT_AP_TOO_MANY_SESSIONS', `A user may have ${MAX_SESSIONS} sessions`)
        }
        const sid = randomUUID()
        const refreshToken = firstRefreshToken(secrets, sid)
        const accessExpiresAt = accessExpiry(lifetimes, now)
        await tx`
          INSERT INTO ap.sessions (id, user_id, refresh_hash, created_at, rotated_at, refresh_expires_at,
            access_expires_at)
          VALUES (${sid}, ${id}, ${refreshToken.hash}, ${new Date(now)}, ${new Date(now)},
            ${new Date(now + lifetimes.refreshMs)}, ${new Date(accessExpiresAt)})`
        return { grant: { user, sid, refreshToken: refreshToken.text, accessExpiresAt }, ended }
      })
    },

    rotate: async refreshToken => await rotate(parts, refreshToken),
    endByToken: async refreshToken => await endByToken(parts, refreshToken),

    async list (userId) {
      return await sql<SessionEntry[]>`
        SELECT id, created_at, rotated_at, refresh_expires_at FROM ap.sessions
        WHERE user_id = ${userId} AND ended_at IS NULL AND refresh_expires_at > ${new Date(clock())}
        ORDER BY rotated_at DESC, id LIMIT ${MAX_SESSIONS}`
    },

    async end (userId, sid) {
      const rows = await sql`SELECT 1 FROM ap.sessions WHERE id = ${sid} AND user_id = ${userId}`
      if (rows.length === 0) return false
      await endSessions(sql, userId, { only: sid }, 'revoked', clock())
      return true
    },

    async living (sid) {
      const [user] = await sql<UserRow[]>`
        SELECT u.* FROM ap.sessions s JOIN ap.users u ON u.id = s.user_id
        WHERE s.id = ${sid} AND s.ended_at IS NULL AND u.disabled_at IS NULL`
      return user ?? null
    },

    async forget (limit) {
      const before = new Date(clock() - FORGET_AFTER_MS)
      const { count } = await sql`
        DELETE FROM ap.sessions WHERE id IN (
          SELECT id FROM ap.sessions
          WHERE access_expires_at < ${before} AND (ended_at IS NOT NULL OR refresh_expires_at < ${before})
          LIMIT ${limit})`
      return count
    }
  }
}
