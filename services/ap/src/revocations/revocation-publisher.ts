import { BrokerUnavailableError, type Broker, type Revocation } from '@motience/broker'
import { ProblemError, Semaphore } from '@motience/kit'
import type { ControlEvent } from '@motience/schemas'
import type { Sql, TransactionSql } from 'postgres'
import type { Clock } from '../clock.js'
import { KEY_ANSWER_MS } from '../keys/end-keys.js'
import type { EndReason } from '../sessions/session-row.js'
import { CLOCK_MARGIN_MS } from '../tokens/lifetimes.js'
import { ownInForce, ownUser, shareInForce } from './locks.js'

/**
 * Publishes what is committed in PostgreSQL to the broker: ended sessions and keys, and users that were disabled or
 * enabled.
 */
export interface RevocationPublisher {
  /**
   * Publishes the outbox rows of a user: first the revocations, then the events. Resolves once none is left. Rejects
   * with MOT_UNAVAILABLE if the broker can't be reached; the rows stay then.
   */
  publish (userId: number): Promise<void>
  /** Whether the outbox has rows of a user. */
  isPending (userId: number): Promise<boolean>
  /** Users with rows in the outbox, at most `limit`, the longest waiting first. */
  pending (limit: number): Promise<number[]>
  /** Replaces the broker's revocations by all those in force, for a broker that was restored to an older state. */
  replaceAll (): Promise<void>
}

interface OutboxRow {
  id: number
  session_id: string | null
  end_reason: EndReason | null
  access_expires_at: string | null
  key_sid: string | null
  key_ended_at: string | null
}

/** Maximum outbox rows per step: more than the sessions that a user may have. */
const MAX_ROWS = 500
/** Each step holds a database connection while it waits for the broker; most of the pool is left to other work. */
const STEPS_AT_ONCE = 4
const STEPS_WAITING = 512

const unavailable = () =>
  new ProblemError('MOT_UNAVAILABLE', 'The change is stored and takes effect when the broker is available again', {
    retryAfterSecs: 2
  })

const forgetAt = (expiry: string): number => Date.parse(expiry) + CLOCK_MARGIN_MS

/** When the last answer about a key is void that services may have been given before it ended. */
const forgetKeyAt = (endedAt: string): number => forgetAt(endedAt) + KEY_ANSWER_MS

/** Until when services may remember something of a user that was disabled: its sessions, or answers about its keys. */
const forgetUserAt = (disabledAt: string, lastExpiry: string | null): number =>
  Math.max(forgetKeyAt(disabledAt), lastExpiry === null ? 0 : forgetAt(lastExpiry))

/** What a row says that ended, and until when that has to be remembered. */
const endOf = (row: OutboxRow): { sid: string | null, reason: EndReason | null, expiresAt: number } =>
  row.key_sid === null
    ? {
        sid: row.session_id,
        reason: row.end_reason,
        expiresAt: row.access_expires_at === null ? 0 : forgetAt(row.access_expires_at)
      }
    : { sid: row.key_sid, reason: 'revoked', expiresAt: row.key_ended_at === null ? 0 : forgetKeyAt(row.key_ended_at) }

interface Publication { revocations: Revocation[], events: ControlEvent[], enabled: boolean }

/**
 * The revocations and events of outbox rows, by the current state. The user's own event comes first: it has the reason.
 */
const publicationOf = async (
  tx: TransactionSql,
  userId: number,
  outbox: readonly OutboxRow[],
  now: number
): Promise<Publication> => {
  const publication: Publication = { revocations: [], events: [], enabled: false }
  if (outbox.some(row => row.session_id === null && row.key_sid === null)) {
    const [user] = await tx<{ disabled_at: string | null; last_expiry: string | null }[]>`
      SELECT disabled_at, (SELECT max(access_expires_at) FROM ap.sessions WHERE user_id = ${userId}) AS last_expiry
      FROM ap.users WHERE id = ${userId}`
    if (user?.disabled_at) {
      const expiresAt = forgetUserAt(user.disabled_at, user.last_expiry)
      publication.revocations.push({ kind: 'user', userId, expiresAt })
      publication.events.push({ type: 'user-disabled', user_id: userId, expires_at: new Date(expiresAt).toISOString() })
    } else {
      publication.enabled = true
      publication.events.push({ type: 'user-enabled', user_id: userId })
    }
  }
  for (const row of outbox) {
    const { sid, reason, expiresAt } = endOf(row)
    if (sid === null || reason === null || expiresAt <= now) continue
    publication.revocations.push({ kind: 'session', sid, expiresAt })
    publication.events.push({
      type: 'session-revoked',
      sid,
      user_id: userId,
      reason,
      expires_at: new Date(expiresAt).toISOString()
    })
  }
  return publication
}

export const createRevocationPublisher = (sql: Sql, broker: Broker, clock: Clock): RevocationPublisher => {
  const semaphore = new Semaphore(STEPS_AT_ONCE, { maxWaiting: STEPS_WAITING })

  const reachable = async (work: () => Promise<void>): Promise<void> => {
    try {
      if (broker.connection === 'down') throw unavailable()
      await semaphore.run(work)
    } catch (error) {
      throw error instanceof BrokerUnavailableError ? unavailable() : error
    }
  }

  /** Publishes up to `MAX_ROWS`; resolves to whether there may be more. */
  const step = async (userId: number): Promise<boolean> => await sql.begin(async tx => {
    await shareInForce(tx)
    await ownUser(tx, userId)
    const outbox = await tx<OutboxRow[]>`
      SELECT a.id, a.session_id, s.end_reason, s.access_expires_at, a.key_sid, k.ended_at AS key_ended_at
      FROM ap.announcements a LEFT JOIN ap.sessions s ON s.id = a.session_id
        LEFT JOIN ap.ended_keys k ON k.sid = a.key_sid
      WHERE a.user_id = ${userId} ORDER BY a.id LIMIT ${MAX_ROWS}`
    if (outbox.length === 0) return false
    const { revocations, events, enabled } = await publicationOf(tx, userId, outbox, clock())
    if (revocations.length > 0) await broker.revoke(revocations)
    if (enabled) await broker.restoreUser(userId)
    const [first, ...rest] = events
    if (first) await broker.publishControl(first)
    await Promise.all(rest.map(async event => await broker.publishControl(event)))
    await tx`DELETE FROM ap.announcements WHERE id IN ${tx(outbox.map(row => row.id))}`
    return outbox.length === MAX_ROWS
  })

  return {
    publish: async userId => await reachable(async () => { while (await step(userId)); }),

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
      const answersSince = new Date(since.getTime() - KEY_ANSWER_MS)
      const keys = await tx<{ sid: string, ended_at: string }[]>`
        SELECT sid, ended_at FROM ap.ended_keys WHERE ended_at > ${answersSince}`
      const users = await tx<{ id: number, disabled_at: string, last_expiry: string | null }[]>`
        SELECT u.id, u.disabled_at, max(s.access_expires_at) AS last_expiry
        FROM ap.users u LEFT JOIN ap.sessions s ON s.user_id = u.id AND s.access_expires_at > ${since}
        WHERE u.disabled_at > ${answersSince} OR (u.disabled_at IS NOT NULL AND s.id IS NOT NULL) GROUP BY u.id`
      const endedUser = (row: (typeof users)[number]): Revocation =>
        ({ kind: 'user', userId: row.id, expiresAt: forgetUserAt(row.disabled_at, row.last_expiry) })
      const endedSession = (sid: string, expiresAt: number): Revocation => ({ kind: 'session', sid, expiresAt })
      await broker.replaceRevocations([
        ...users.map(endedUser),
        ...sessions.map(row => endedSession(row.id, forgetAt(row.access_expires_at))),
        ...keys.map(row => endedSession(row.sid, forgetKeyAt(row.ended_at)))
      ])
    }))
  }
}
