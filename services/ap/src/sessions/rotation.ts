import { timingSafeEqual } from 'node:crypto'
import type { TransactionSql } from 'postgres'
import { accessExpiry } from '../tokens/lifetimes.js'
import { childRefreshToken, parseRefreshToken, type RefreshToken } from '../tokens/refresh-token.js'
import type { UserRow } from '../users/users.js'
import { endSessions } from './end-sessions.js'
import type { SessionRow } from './session-row.js'
import type { Grant, SessionDependencies } from './sessions.js'

/**
 * What became of a refresh. `reused`: a spent token came again, and the session has ended for it.
 * `invalid`: it is no token of a session that lives.
 */
export type Rotation = { kind: 'granted', grant: Grant } | { kind: 'reused', userId: number } | { kind: 'invalid' }

/** For so long after a refresh the spent token is answered with its child once more: the answer may have been lost. */
export const FORGIVEN_MS = 10_000

const INVALID: Rotation = { kind: 'invalid' }

/** The session of a token, locked: refreshes and ends of one session follow each other. */
const lockSession = async (
  tx: TransactionSql,
  token: RefreshToken
): Promise<{ session: SessionRow; isCurrent: boolean } | null> => {
  const [session] = await tx<SessionRow[]>`SELECT * FROM ap.sessions WHERE id = ${token.sid} FOR UPDATE`
  if (!session) return null
  const isCurrent = timingSafeEqual(session.refresh_hash, token.hash)
  const isSpent = token.genuine && token.generation < session.generation
  return isCurrent || isSpent ? { session, isCurrent } : null
}

/** Spends a refresh token: see the contract's `POST /auth/refresh`. Two that come at once get the same child. */
export const rotate = async (
  { sql, secrets, lifetimes, clock }: SessionDependencies,
  text: string
): Promise<Rotation> => {
  const token = parseRefreshToken(secrets, text)
  if (!token) return INVALID
  return await sql.begin(async tx => {
    const found = await lockSession(tx, token)
    if (!found) return INVALID
    const { session, isCurrent } = found
    const now = clock()
    if (session.ended_at) {
      return session.end_reason === 'refresh-reused' && !isCurrent
        ? { kind: 'reused', userId: session.user_id }
        : INVALID
    }
    if (Date.parse(session.refresh_expires_at) <= now) return INVALID

    const child = childRefreshToken(secrets, token)
    const isForgiven =
      timingSafeEqual(session.refresh_hash, child.hash) && now - Date.parse(session.rotated_at) <= FORGIVEN_MS
    if (!isCurrent && !isForgiven) {
      await endSessions(tx, session.user_id, { only: session.id }, 'refresh-reused', now)
      return { kind: 'reused', userId: session.user_id }
    }

    const accessExpiresAt = accessExpiry(lifetimes, now)
    const lastExpiry = Math.max(accessExpiresAt, Date.parse(session.access_expires_at))
    const rotatedAt = new Date(isCurrent ? now : session.rotated_at)
    const refreshExpiresAt = new Date(isCurrent ? now + lifetimes.refreshMs : session.refresh_expires_at)
    await tx`
      UPDATE ap.sessions SET refresh_hash = ${child.hash}, generation = ${child.generation}, rotated_at = ${rotatedAt},
        refresh_expires_at = ${refreshExpiresAt}, access_expires_at = ${new Date(lastExpiry)}
      WHERE id = ${session.id}`
    const [user] = await tx<UserRow[]>`SELECT * FROM ap.users WHERE id = ${session.user_id}`
    return {
      kind: 'granted',
      grant: { user: user as UserRow, sid: session.id, refreshToken: child.text, accessExpiresAt }
    }
  })
}

/** Ends the session of a current or spent token. */
export const endByToken = async (
  { sql, secrets, clock }: SessionDependencies,
  text: string
): Promise<{ userId: number } | null> => {
  const token = parseRefreshToken(secrets, text)
  if (!token) return null
  return await sql.begin(async tx => {
    const found = await lockSession(tx, token)
    if (!found) return null
    const { session } = found
    await endSessions(tx, session.user_id, { only: session.id }, 'logout', clock())
    return { userId: session.user_id }
  })
}
