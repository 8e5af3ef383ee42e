import type { ControlEvent, LogPosition } from '@motience/schemas'

/** A message to be numbered: the broker inserts epoch and offset into the envelope's text. */
export interface AcceptMessage {
  /** Text of the envelope up to and including `"epoch":`. */
  head: string
  /** Text of the envelope from the comma after the offset on. */
  tail: string
  /** `device_id`, or '' if there is none. */
  device: string
  /** Device session; null if the message is not checked for repeats. */
  session: string | null
  /** Number within the session; null together with `session`. */
  seq: number | null
}

/** A device session of a producer; `device` is '' if there is none. */
export interface SessionName { device: string, session: string }

/** A key for a device session. Neither `device` nor `session` contains a line feed. */
export const sessionName = (device: string, session: string): string => `${device}\n${session}`

/** What history contains of sessions that the broker does not remember. */
export interface SessionFloors {
  /** `asOf` of the result after which history was queried. */
  asOf: LogPosition
  /** Highest `seq` in history, by `sessionName`; -1 if there is none. */
  seqs: ReadonlyMap<string, number>
}

/** Messages of one producer, in order. */
export interface AcceptRequest {
  producerId: number
  /** Version of the subscriber list in `subscribers`. */
  version: number
  /** Consumer ids of the active subscribers. */
  subscribers: readonly number[]
  /**
   * Publishes each message once, on the producer's channel together with `version`, instead of once per subscriber.
   * Services with consumers decide who may see it (see `subscribeProducers`).
   */
  wide?: boolean
  messages: readonly AcceptMessage[]
  /**
   * Everything of this epoch up to this offset is stored in history. Undefined without a history: then no message is
   * kept until it is stored, and a session that the broker does not remember is new.
   */
  stored?: LogPosition
  /** What history contains of the sessions of an `unknown` result. */
  floors?: SessionFloors
}

/**
 * Result for one message. `accepted`: it is in the log at this offset, and was published. `repeat`: its `seq` is not
 * above the session's last accepted one; `position` is set if it equals that one, else the caller looks it up.
 */
export type AcceptOutcome =
  | { kind: 'accepted', offset: number }
  | { kind: 'repeat', position: { epoch: number, offset: number } | null }

/**
 * `ok`: at least one outcome, in order; all accepted messages have the same `epoch`. There are fewer outcomes than
 * messages if the log is full, or if a large request (over 1000 messages, 4 MiB, or 5000 publications) was split and
 * the state that a later part needs had changed: the remaining messages were not accepted. `stored` is the highest
 * offset of the epoch up to which the broker knows everything to be stored.
 *
 * In all other cases nothing was done. `stale`: the broker has a newer version of the subscriber list. `unverified`:
 * this run of the broker does not know whether its log is complete; see `openEpoch`. `unknown`: the broker does not
 * remember these sessions in this epoch. Everything accepted of them up to `asOf` is stored, so a query of history
 * after this result finds it, for `floors` of the next call. `full`: the log is full of messages (or bytes) that are
 * not known to be stored.
 */
export type AcceptResult =
  | { kind: 'ok', epoch: number, stored: number, outcomes: AcceptOutcome[] }
  | { kind: 'stale', version: number }
  | { kind: 'unverified', head: LogHead }
  | { kind: 'unknown', asOf: LogPosition, sessions: SessionName[] }
  | { kind: 'full', head: LogPosition, stored: number }

/** State of a producer's log. */
export interface LogHead {
  epoch: number
  /** Offset of the newest message; 0 if there is none. */
  offset: number
  /** Latest version of the subscriber list that the broker received. */
  version: number
  /** Whether an epoch was opened in this run of the broker (`openEpoch`). */
  verified: boolean
}

/** One message of a log. */
export interface LogEntry extends LogPosition {
  /** Version of the subscriber list that it was accepted with, whose members may see it. */
  version: number
  /** Milliseconds since 1970 when it was appended, by the broker's clock. */
  appendedAt: number
  /** The envelope as published. */
  text: string
}

/** Entries after a position, read atomically with the head. */
export interface LogPage {
  head: LogHead
  /**
   * Oldest first; all of `after.epoch`, which is the head's epoch or an older one. At least one if there are any, but
   * maybe fewer than the limit (see `logPageBytes`): `more` shows whether the log ends here.
   */
  entries: LogEntry[]
  /** Whether the log has further entries of this epoch after the page. */
  more: boolean
  /**
   * Whether no entry between the requested position and the first entry (or the head, if there is none) was dropped.
   * False if the epoch is not the head's.
   */
  reachesBack: boolean
}

/**
 * How to open an epoch. Older entries of the log count as stored; with a history, sessions have to be looked up again.
 */
export interface OpenEpoch {
  producerId: number
  /** Number of the new epoch, above every epoch that this producer ever had. */
  epoch: number
  /** The head that the caller decided on; if it has changed, nothing is done. */
  expected: LogHead
  /** Current version of the subscriber list at SM; the broker's only increases. */
  version: number
}

/** A revocation in force: of a session (`sid`), or of everything that belongs to a user. */
export type Revocation =
  | { kind: 'session', sid: string, expiresAt: number }
  | { kind: 'user', userId: number, expiresAt: number }

/** `complete` is false if this run of the broker has not received all of them yet; then AP has to be asked. */
export interface Revocations { complete: boolean, items: Revocation[] }

export type ChannelHandler = (text: string) => void
/** Receives a message of a producer's channel, with the version of the subscriber list that it was accepted with. */
export type ProducerHandler = (producerId: number, version: number, text: string) => void
export type ControlHandler = (event: ControlEvent) => void

/**
 * `up`: commands and subscriptions work. `down`: at least one does not; published messages may be missed. After each
 * `up` that follows a `down`, subscribers have to catch up from the logs, and discard what they cached of the broker.
 */
export type ConnectionState = 'up' | 'down'

/**
 * The broker could not be reached in time. The call may have taken effect or not; it will not take effect after its
 * timeout.
 */
export class BrokerUnavailableError extends Error {
  override name = 'BrokerUnavailableError'
}

/**
 * Numbers, stores and publishes messages. Every method may reject with `BrokerUnavailableError`.
 *
 * A subscriber receives everything in the order in which it was done: control events and messages arrive through one
 * connection, so that nothing accepted after a revocation was answered is received before it.
 */
export interface Broker {
  /** Identifies the implementation in logs and metrics. */
  readonly kind: 'memory' | 'redis'

  /**
   * Accepts messages of several producers; requests of one producer keep their order. One result per request: after one
   * that was not accepted, those of the same producer have the same result, and after one that was accepted in part
   * they have no outcomes. If one request fails, the call rejects although other producers' requests may have been
   * accepted: where that matters, make one call each.
   */
  accept (requests: readonly AcceptRequest[]): Promise<AcceptResult[]>
  /**
   * Opens a new epoch; returns false if the head was no longer `expected`. Rejects with `RangeError` if the epoch is
   * not above the head's.
   */
  openEpoch (open: OpenEpoch): Promise<boolean>
  /**
   * Heads of several producers, in order; `{epoch: 0, offset: 0, version: 0, verified: false}` for one without a log.
   */
  heads (producerIds: readonly number[]): Promise<LogHead[]>
  /** Entries after a position, at most `limit`, which is at least 1. */
  readLog (producerId: number, after: LogPosition, limit: number): Promise<LogPage>
  /** Epochs with entries in the log, ascending, each with the offset of its last entry. */
  loggedEpochs (producerId: number): Promise<LogPosition[]>
  /** All known producers, in pages; one that is added or removed meanwhile may be missing, and any may be repeated. */
  producers (): AsyncIterable<number[]>
  /** Drops stored entries above the log's maximum age, `stored` being as in `AcceptRequest`; returns their number. */
  trimLog (producerId: number, stored?: LogPosition): Promise<number>

  /**
   * Raises the version of a producer's subscriber list; it never decreases. Resolves, once no message can be accepted
   * with an older one, to the broker's version: a greater one than `version` if it had that already.
   */
  raiseVersion (producerId: number, version: number): Promise<number>

  /**
   * Delivers what is published on a consumer's channel. Resolves once nothing published later is missed. One handler
   * per consumer.
   */
  subscribe (consumerId: number, handler: ChannelHandler): Promise<void>
  unsubscribe (consumerId: number): Promise<void>
  /**
   * The same for producers' channels (`wide`). The handler decides who may see a message: it knows the changes of a
   * subscriber list up to the version of the newest `subscription-changed` event that it received, and none of the
   * later ones.
   */
  subscribeProducers (producerIds: readonly number[], handler: ProducerHandler): Promise<void>
  unsubscribeProducers (producerIds: readonly number[]): Promise<void>

  /** Publishes to all services. Resolves once nothing accepted later can be received before it. */
  publishControl (event: ControlEvent): Promise<void>
  /** Delivers control events from now on. Returns a function that stops it. */
  onControl (handler: ControlHandler): () => void

  /** Adds revocations, before their control events are published. */
  revoke (revocations: readonly Revocation[]): Promise<void>
  /** Removes a user's revocation. */
  restoreUser (userId: number): Promise<void>
  /**
   * Sets all revocations in force, as AP knows them; from then on `revocations()` is complete in this run. Revocations
   * of users that are not included are removed; those of sessions stay, since they may have been added while the others
   * were collected.
   */
  replaceRevocations (revocations: readonly Revocation[]): Promise<void>
  revocations (): Promise<Revocations>

  /** Whether commands and subscriptions work, according to the latest probe. */
  readonly connection: ConnectionState
  /** Called on each change. Returns a function that removes the handler. */
  onConnection (handler: (state: ConnectionState) => void): () => void
  /** Resolves if the broker responds, for `/ready`. */
  ping (): Promise<void>
  close (): Promise<void>
}
