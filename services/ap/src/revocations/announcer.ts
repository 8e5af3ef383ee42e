import { BrokerUnavailableError, type Broker, type Revocation } from '@motience/broker'
import { ProblemError } from '@motience/kit'
import type { ControlEvent } from '@motience/schemas'
import type { Sql, TransactionSql } from 'postgres'
import type { Clock } from '../clock.js'
import { createConcurrencyLimiter } from '../concurrency-limiter.js'
import type { EndReason } from '../sessions/session-row.js'
import { CLOCK_MARGIN_MS } from '../tokens/lifetimes.js'
import { ownInForce, ownUser, shareInForce } from './locks.js'

/** Tells the broker what PostgreSQL already knows: sessions that ended, users who were disabled or enabled. */
export interface Announcer {
  /**
   * Tells what is noted of a user: first the revocations, then the events. Resolves once both are done and nothing is
   * left. Rejects with MOT_UNAVAILABLE where the broker can't be reached; the notes stay then.
   */
  announce (userId: number): Promise<void>
  /** Whether something is noted of a user. */
  isPending (userId: number): Promise<boolean>
  /** Users of whom something is noted, at most `limit`, those that wait longest first. */
  pending (limit: number): Promise<number[]>
  /** Gives the broker every revocation in force, so that one that came back older has them all. */
  replaceAll (): Promise<void>
}

interface Note { id: number, session_id: string | null, end_reason: EndReason | null, access_expires_at: string | null }

/** Most notes of a user that one step tells: more sessions than a user may have. */
const MAX_NOTES = 500
/** Each step holds a database connection while it waits for the broker; most of the pool is left to the rest. */
const STEPS_AT_ONCE = 4
const STEPS_WAITING = 512

const unavailable = () =>
  new ProblemError('MOT_UNAVAILABLE', 'The change is kept, and will be finished when the broker is back', {
    retryAfterSecs: 2
  })

const forgetAt = (expiry: string): number => Date.parse(expiry) + CLOCK_MARGIN_MS

interface Told { revocations: Revocation[], events: ControlEvent[], enabled: boolean }

/** What the notes mean, by the rows as they are now. The user's own event comes first, so that services learn why. */
const tell = async (tx: TransactionSql, userId: number, notes: readonly Note[], now: number): Promise<Told> => {
  const told: Told = { revocations: [], events: [], enabled: false }
  if (notes.some(note => note.session_id === null)) {
    const [user] = await tx<{ disabled_at: string | null, last_expiry: string | null }[]>`
      SELECT disabled_at, (SELECT max(access_expires_at) FROM ap.sessions WHERE user_id = ${userId}) AS last_expiry
      FROM ap.users WHERE id = ${userId}`
    if (user?.disabled_at) {
      const expiresAt = user.last_expiry ? forgetAt(user.last_expiry) : now + CLOCK_MARGIN_MS
      told.revocations.push({ kind: 'user', userId, expiresAt })
      told.events.push({ type: 'user-disabled', user_id: userId, expires_at: new Date(expiresAt).toISOString() })
    } else {
      told.enabled = true
      told.events.push({ type: 'user-enabled', user_id: userId })
    }
  }
  for (const { session_id: sid, end_reason: reason, access_expires_at: expiry } of notes) {
    if (!sid || !reason || !expiry || forgetAt(expiry) <= now) continue
    const expiresAt = forgetAt(expiry)
    told.revocations.push({ kind: 'session', sid, expiresAt })
    told.events.push({
      type: 'session-revoked',
      sid,
      user_id: userId,
      reason,
      expires_at: new Date(expiresAt).toISOString()
    })
  }
  return told
}

export const createAnnouncer = (sql: Sql, broker: Broker, clock: Clock): Announcer => {
  const limiter = createConcurrencyLimiter(STEPS_AT_ONCE, STEPS_WAITING)

  const reachable = async (work: () => Promise<void>): Promise<void> => {
    try {
      if (broker.connection === 'down') throw unavailable()
      await limiter.run(work)
    } catch (error) {
      throw error instanceof BrokerUnavailableError ? unavailable() : error
    }
  }

  /** True if there may be more. */
  const step = async (userId: number): Promise<boolean> => await sql.begin(async tx => {
    await shareInForce(tx)
    await ownUser(tx, userId)
    const notes = await tx<Note[]>`
      SELECT a.id, a.session_id, s.end_reason, s.access_expires_at
      FROM ap.announcements a LEFT JOIN ap.sessions s ON s.id = a.session_id
      WHERE a.user_id = ${userId} ORDER BY a.id LIMIT ${MAX_NOTES}`
    if (notes.length === 0) return false
    const { revocations, events, enabled } = await tell(tx, userId, notes, clock())
    if (revocations.length > 0) await broker.revoke(revocations)
    if (enabled) await broker.restoreUser(userId)
    const [first, ...rest] = events
    if (first) await broker.publishControl(first)
    await Promise.all(rest.map(async event => await broker.publishControl(event)))
    await tx`DELETE FROM ap.announcements WHERE id IN ${tx(notes.map(note => note.id))}`
    return notes.length === MAX_NOTES
  })

  return {
    announce: async userId => await reachable(async () => { while (await step(userId)); }),

    async isPending (userId) {
      const rows = await sql`SELECT 1 FROM ap.announcements WHERE user_id = ${userId} LIMIT 1`
      return rows.length > 0
    },

    async pending (limit) {
      const rows = await sql<{ user_id: number }[]>`
        SELECT user_id FROM ap.announcements GROUP BY user_id ORDER BY min(id) LIMIT ${limit}`
      return rows.map(row => row.user_id)
    },

    replaceAll: async () => await reachable(async () => await sql.begin(async tx => {
      await ownInForce(tx)
      const since = new Date(clock() - CLOCK_MARGIN_MS)
      const sessions = await tx<{ id: string, access_expires_at: string }[]>`
        SELECT id, access_expires_at FROM ap.sessions WHERE ended_at IS NOT NULL AND access_expires_at > ${since}`
      const users = await tx<{ user_id: number, last_expiry: string }[]>`
        SELECT s.user_id, max(s.access_expires_at) AS last_expiry
        FROM ap.sessions s JOIN ap.users u ON u.id = s.user_id
        WHERE u.disabled_at IS NOT NULL AND s.access_expires_at > ${since} GROUP BY s.user_id`
      await broker.replaceRevocations([
        ...users.map(row => ({ kind: 'user', userId: row.user_id, expiresAt: forgetAt(row.last_expiry) }) as const),
        ...sessions.map(row => ({ kind: 'session', sid: row.id, expiresAt: forgetAt(row.access_expires_at) }) as const)
      ])
    }))
  }
}
