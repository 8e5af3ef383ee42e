import type { ControlEvent, LogPosition } from '@motience/schemas'

/** One message, ready to be numbered: the broker puts epoch and offset between the parts of the envelope's text. */
export interface AcceptMessage {
  /** Text of the envelope up to and with `"epoch":`. */
  head: string
  /** Text of the envelope from the comma after the offset's number on. */
  tail: string
  /** `device_id`, or '' where there is none. */
  device: string
  /** Name of the sender's numbering; null where the message is not to be compared with others. */
  session: string | null
  /** Number in that session; null together with `session`. */
  seq: number | null
}

/** A session of a producer's device; `device` is '' where there is none. */
export interface SessionName { device: string, session: string }

/** One text for a session's name. Neither a device nor a session has a line feed. */
export const sessionName = (device: string, session: string): string => `${device}\n${session}`

/** What history knows of sessions that the broker does not. */
export interface SessionFloors {
  /** `asOf` of the answer after which history was asked. */
  asOf: LogPosition
  /** Greatest `seq` in history, by `sessionName`; -1 where it has none. */
  seqs: ReadonlyMap<string, number>
}

/** Messages of one producer, in this order. */
export interface AcceptRequest {
  producerId: number
  /** Version of the subscriber list that `subscribers` was read at. */
  version: number
  /** Consumer ids of the active subscribers. */
  subscribers: readonly number[]
  /**
   * Publishes each message once, on the producer's channel together with `version`, instead of once for each
   * subscriber: those who serve consumers know who may see it (see `subscribeProducers`).
   */
  wide?: boolean
  messages: readonly AcceptMessage[]
  /**
   * History keeps every offset of this epoch up to this one. Without it there is no history: then no message waits to
   * be stored, and a session that the broker does not know is new.
   */
  stored?: LogPosition
  /** Answers what an earlier call did not know: see `unknown`. */
  floors?: SessionFloors
}

/**
 * What became of one message. `accepted`: it is in the log at this offset and was published. `repeat`: not above the
 * session's last accepted `seq`; where it is the last one itself its place is told, else the caller looks for it.
 */
export type AcceptOutcome =
  | { kind: 'accepted', offset: number }
  | { kind: 'repeat', place: { epoch: number, offset: number } | null }

/**
 * `ok`: see the outcomes, in order, at least one; every accepted one has the same `epoch`. They are fewer than the
 * messages where the log has no room for the rest, or where a request was so large (over 1000 messages, 4 MiB, or 5000
 * publications) that it was cut, and what a later piece needs had changed: the rest was not done. `stored` is the
 * greatest offset of the epoch up to which the broker knows everything to be stored. `stale`: the broker knows a newer
 * version of the subscriber list; nothing was done. `unverified`: this run of the broker has not been told that its log
 * continues; nothing was done. See `openEpoch`. `unknown`: the broker remembers nothing of these sessions in this
 * epoch; nothing was done. All that was accepted of them up to `asOf` is stored, so whoever asks history after this
 * answer learns it, for the next call's `floors`. `full`: the log holds as many messages (or bytes) that are not known
 * to be stored as it may; nothing was done.
 */
export type AcceptResult =
  | { kind: 'ok', epoch: number, stored: number, outcomes: AcceptOutcome[] }
  | { kind: 'stale', version: number }
  | { kind: 'unverified', head: LogHead }
  | { kind: 'unknown', asOf: LogPosition, sessions: SessionName[] }
  | { kind: 'full', head: LogPosition, stored: number }

/** Where a producer's log stands. */
export interface LogHead {
  epoch: number
  /** Offset of the newest message; 0 where there is none. */
  offset: number
  /** Newest version of the subscriber list that the broker was told of. */
  version: number
  /** Whether this run of the broker was told that the log continues (`openEpoch`). */
  verified: boolean
}

/** One message of a log. */
export interface LogEntry extends LogPosition {
  /** Version of the subscriber list that it was accepted with: who was active then may see it. */
  version: number
  /** Milliseconds since 1970 at which it was appended, by the broker's clock. */
  appendedAt: number
  /** The envelope, as it was published. */
  text: string
}

/** Entries after a place, read in one step with the head, so that both belong together. */
export interface LogPage {
  head: LogHead
  /**
   * In order, oldest first; all of `after.epoch`, which is the head's epoch or an older one. There is at least one
   * where the log has any, but they may be fewer than the limit (see `logPageBytes`): whether the log ends here is told
   * by `more`.
   */
  entries: LogEntry[]
  /** Whether the log has further entries of this epoch behind the last one of the page. */
  more: boolean
  /**
   * Whether nothing between the asked place and the first entry (or the head, if there are none) was dropped. False if
   * the epoch is not the head's.
   */
  reachesBack: boolean
}

/**
 * How a new epoch begins. The log's older entries count as stored; of a session history has to be asked anew, where
 * there is one.
 */
export interface OpenEpoch {
  producerId: number
  /** Number of the new epoch: above every epoch that this producer ever had. */
  epoch: number
  /** The head that the caller decided on; if it is no longer that, nothing is done. */
  expected: LogHead
  /** Version of the subscriber list as SM has it now; the broker's only rises. */
  version: number
}

/** A revocation in force: of a session (`sid`), or of all that a user has. */
export type Revocation =
  | { kind: 'session', sid: string, expiresAt: number }
  | { kind: 'user', userId: number, expiresAt: number }

/** `complete` is false where this run of the broker was not yet given all of them; then AP has to be asked. */
export interface Revocations { complete: boolean, items: Revocation[] }

export type ChannelHandler = (text: string) => void
/** Takes a message of a producer's channel and the version of the subscriber list that it was accepted with. */
export type ProducerHandler = (producerId: number, version: number, text: string) => void
export type ControlHandler = (event: ControlEvent) => void

/**
 * `up`: commands and subscriptions work. `down`: at least one doesn't; messages published meanwhile may be missed.
 * Each `up` after a `down` is a new start: whoever subscribes has to catch up from the logs, and what was cached of
 * the broker has to be forgotten.
 */
export type ConnectionState = 'up' | 'down'

/**
 * Rejected with this when the broker can't be reached in time. What was asked may have been done, or not; it is not
 * done later than the call's own time limit.
 */
export class BrokerUnavailableError extends Error {
  override name = 'BrokerUnavailableError'
}

/**
 * Numbers, keeps and publishes messages. Every method may reject with `BrokerUnavailableError`.
 *
 * The order of what one subscriber is handed is the order in which it was done: control events and messages of one
 * run come through one connection, so that nothing accepted after a revocation was answered is handed on before it.
 */
export interface Broker {
  /** Identifies the implementation in logs and metrics. */
  readonly kind: 'memory' | 'redis'

  /**
   * Accepts the messages of several producers; requests of one producer keep their order. One result a request; after
   * one that was not accepted, those of the same producer have the same result, and after one that was accepted in part
   * they have no outcomes. If one request fails the call rejects, and the other producers' requests may have been done:
   * where that matters, make a call for each.
   */
  accept (requests: readonly AcceptRequest[]): Promise<AcceptResult[]>
  /**
   * Opens a new epoch; true if it did, false if the head was no longer `expected`. Rejects with `RangeError` if the
   * epoch isn't above the head's.
   */
  openEpoch (open: OpenEpoch): Promise<boolean>
  /**
   * Heads of several producers, in order; `{epoch: 0, offset: 0, version: 0, verified: false}` for one that has no log.
   */
  heads (producerIds: readonly number[]): Promise<LogHead[]>
  /** Entries after a place, at most `limit` of them, which is at least 1. */
  readLog (producerId: number, after: LogPosition, limit: number): Promise<LogPage>
  /** Epochs of which the log has entries, rising, each with the offset of its last entry. */
  loggedEpochs (producerId: number): Promise<LogPosition[]>
  /**
   * Every producer of which something is known, in parts; one that comes or goes meanwhile may be left out, and any may
   * come twice.
   */
  producers (): AsyncIterable<number[]>
  /**
   * Drops what is older than the log's greatest age and stored, `stored` being as in `AcceptRequest`; returns how many
   * entries.
   */
  trimLog (producerId: number, stored?: LogPosition): Promise<number>

  /**
   * Raises the version of a producer's subscriber list; it never falls. Resolves, once no accept with an older one can
   * succeed, to the version that the broker has then: a greater one than `version` if it knew that already.
   */
  raiseVersion (producerId: number, version: number): Promise<number>

  /**
   * Hands on what is published to a consumer's channel. Resolves once nothing published later is missed. One handler a
   * consumer.
   */
  subscribe (consumerId: number, handler: ChannelHandler): Promise<void>
  unsubscribe (consumerId: number): Promise<void>
  /**
   * The same for what is published on producers' channels (`wide`). The handler decides who may see a message: it knows
   * the changes of a subscriber list up to the version of the newest `subscription-changed` event that it was handed,
   * and nothing of later ones.
   */
  subscribeProducers (producerIds: readonly number[], handler: ProducerHandler): Promise<void>
  unsubscribeProducers (producerIds: readonly number[]): Promise<void>

  /** Tells every service. Resolves once nothing that is accepted later can overtake it. */
  publishControl (event: ControlEvent): Promise<void>
  /** Hands on control events, from now on. Returns a function that ends it. */
  onControl (handler: ControlHandler): () => void

  /** Adds revocations, before their control events are published. */
  revoke (revocations: readonly Revocation[]): Promise<void>
  /** Takes a user's revocation back. */
  restoreUser (userId: number): Promise<void>
  /**
   * AP's word that `revocations` are all in force now; from then on `revocations()` is complete on this run. Users that
   * are not named are free; a session that was revoked stays so, for it may have been revoked while the others were
   * gathered.
   */
  replaceRevocations (revocations: readonly Revocation[]): Promise<void>
  revocations (): Promise<Revocations>

  /** Whether commands and subscriptions work now, as the last probe found it. */
  readonly connection: ConnectionState
  /** Told of each change. Returns a function that ends it. */
  onConnection (handler: (state: ConnectionState) => void): () => void
  /** Resolves if the broker answers, for `/ready`. */
  ping (): Promise<void>
  close (): Promise<void>
}
