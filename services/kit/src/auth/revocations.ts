import type { ControlEvent } from '@motience/schemas'
import type { Broker, Revocation } from '@motience/broker'
import type { Logger } from '../service/service-app.js'
import type { Identity, Revoked } from './authenticator.js'

/** Milliseconds between attempts to load the list while it is incomplete. */
const RELOAD_MS = 500

/** Milliseconds between removals of expired entries. */
const SWEEP_MS = 30_000

type RevokedHandler = (revoked: Revoked) => void

/** The revocations in force, received from the broker. */
export interface RevocationList {
  /** Whether the list contains every revocation: the broker's connection is up, and the list was loaded since. */
  readonly complete: boolean
  has (identity: Identity): boolean
  onRevoked (handler: RevokedHandler): () => void
  close (): void
}

/**
 * Follows `control`, and loads the list at the start and after each `up` of the broker's connection, repeatedly until
 * it is complete. Events received while it is loaded are applied on top of it, so that neither can undo the other.
 */
export const followRevocations = (broker: Broker, logger: Logger | undefined): RevocationList => {
  const sessions = new Map<string, number>()
  const users = new Map<number, number>()
  const handlers = new Set<RevokedHandler>()
  let complete = false
  let closed = false
  let generation = 0
  let timer: NodeJS.Timeout | undefined
  const missed: ControlEvent[] = []

  const tell = (revoked: Revoked): void => { for (const handler of handlers) handler(revoked) }

  const apply = (event: ControlEvent): void => {
    switch (event.type) {
      case 'session-revoked':
        sessions.set(event.sid, Date.parse(event.expires_at))
        tell({ sid: event.sid, userId: event.user_id, reason: 'revoked' })
        break
      case 'user-disabled':
        users.set(event.user_id, Date.parse(event.expires_at))
        tell({ userId: event.user_id, reason: 'disabled' })
        break
      case 'user-enabled':
        users.delete(event.user_id)
        break
      default:
    }
  }

  /** Replaces the list; only new entries are reported, since the others were before. */
  const replace = (items: readonly Revocation[]): void => {
    const oldSessions = new Set(sessions.keys())
    const oldUsers = new Set(users.keys())
    sessions.clear()
    users.clear()
    for (const item of items) {
      if (item.kind === 'session') {
        sessions.set(item.sid, item.expiresAt)
        if (!oldSessions.has(item.sid)) tell({ sid: item.sid, reason: 'revoked' })
      } else {
        users.set(item.userId, item.expiresAt)
        if (!oldUsers.has(item.userId)) tell({ userId: item.userId, reason: 'disabled' })
      }
    }
  }

  const load = async (own: number): Promise<void> => {
    missed.length = 0
    let known = false
    try {
      const { complete: all, items } = await broker.revocations()
      if (own !== generation) return
      const since = missed.splice(0)
      replace(items)
      since.forEach(apply)
      known = all
    } catch (error) {
      logger?.warn({ err: error }, 'Failed to load the revocations')
    }
    if (own !== generation || closed) return
    if (known) {
      complete = true
      return
    }
    timer = setTimeout(() => { load(own).catch(() => {}) }, RELOAD_MS)
    timer.unref()
  }

  const restart = (): void => {
    generation++
    complete = false
    clearTimeout(timer)
    if (broker.connection === 'up' && !closed) load(generation).catch(() => {})
  }

  const endControl = broker.onControl(event => {
    if (!complete && event.type !== 'subscription-changed') missed.push(event)
    apply(event)
  })
  const endLink = broker.onConnection(restart)
  const sweep = setInterval(() => {
    const now = Date.now()
    for (const [sid, expiresAt] of sessions) if (expiresAt <= now) sessions.delete(sid)
    for (const [userId, expiresAt] of users) if (expiresAt <= now) users.delete(userId)
  }, SWEEP_MS)
  sweep.unref()
  restart()

  return {
    get complete () { return complete && broker.connection === 'up' },
    has: ({ sid, userId }) => sessions.has(sid) || users.has(userId),
    onRevoked: handler => {
      handlers.add(handler)
      return () => { handlers.delete(handler) }
    },
    close: () => {
      closed = true
      restart()
      clearInterval(sweep)
      endControl()
      endLink()
      handlers.clear()
    }
  }
}
