import { ConsumerState } from '../consumers/consumer-state.js'
import { Publications } from '../producers/publications.js'
import { Session, type SessionClient } from './session.js'

/** Bounds of the sessions that are kept. */
export interface SessionLimits {
  /** Maximum number of sessions without a connection. */
  maxSessions: number
  maxInFlight: number
}

/** The sessions of one process, by client. */
export class Sessions {
  readonly #limits: SessionLimits
  readonly #sessions = new Map<string, Session>()
  /** Those without a connection, the one that has been for longest first. */
  readonly #idle = new Set<Session>()

  constructor (limits: SessionLimits) { this.#limits = limits }

  /** Number of sessions that are kept without a connection. */
  get idle (): number { return this.#idle.size }

  /**
   * Opens the session of a client, and closes the connection that used it. `present` says whether it was kept; with
   * `clean` a new one begins.
   */
  open (
    key: string, client: SessionClient, { clean, expirySecs }: { clean: boolean, expirySecs: number }
  ): { session: Session, present: boolean } {
    this.#sessions.get(key)?.client?.takeOver()
    // a session that was not to be kept has ended with its connection
    const kept = this.#sessions.get(key)
    if (kept !== undefined && clean) this.#remove(kept)
    const present = kept !== undefined && !clean
    const session = present
      ? kept
      : new Session(key, new Publications(this.#limits.maxInFlight * 2), new ConsumerState())
    this.#sessions.set(key, session)
    this.#idle.delete(session)
    session.attach(client, expirySecs)
    return { session, present }
  }

  /** The session's connection has closed: keeps the session for as long as the client asked for. */
  close (session: Session): void {
    if (session.expirySecs === 0) {
      session.client = null
      this.#remove(session)
      return
    }
    session.detach(() => { this.#remove(session) })
    this.#idle.add(session)
    if (this.#idle.size > this.#limits.maxSessions) {
      const [oldest] = this.#idle
      this.#remove(oldest!)
    }
  }

  /** Forgets all sessions without publishing wills: the server stops, and its clients will be back. */
  clear (): void {
    for (const session of this.#sessions.values()) session.end({ publishWill: false })
    this.#sessions.clear()
    this.#idle.clear()
  }

  #remove (session: Session): void {
    if (this.#sessions.get(session.key) === session) this.#sessions.delete(session.key)
    this.#idle.delete(session)
    session.end()
  }
}
