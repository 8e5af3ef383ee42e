import type { LogPosition } from '@motience/schemas/protocol'
import type {
  Envelope, ErrorFrame, GapFrame, Position, ResumedFrame, SlowPolicy, SubscribedFrame, UnsubscribedFrame
} from '@motience/schemas'
import type { BackoffOptions } from '../session/backoff.js'
import type { TokenSession } from '../session/tokens.js'
import type { HistoryFetch } from './history.js'
import type { PositionStore } from './position-stores.js'
import type { SocketConstructor } from './socket.js'

/** Where a consumer's tokens come from; `createTokenSession` makes one from a name and a password. */
export type TokenSource = Pick<TokenSession, 'get' | 'invalidate' | 'onRenewed'>

export type ConsumerCredentials =
  | { authUrl: string, username: string, password: string, tokens?: undefined }
  | { tokens: TokenSource, authUrl?: undefined, username?: undefined, password?: undefined }

export interface ConsumerBaseOptions {
  /** WSS2, such as `wss://data.example.org/consumer`. */
  url: string
  /** What happens if this consumer reads slower than it is sent to. Default: it is closed, and resumes. */
  slow?: SlowPolicy
  /** Where positions are kept over restarts. Default: in memory. */
  positions?: PositionStore
  /** Where DSM is; with it, what the log no longer has is read from history. */
  history?: string
  /** Most messages that wait for the `for await` loop. Default 1000. */
  maxBuffered?: number
  /**
   * Most messages of one producer that wait while its history is read; past it the connection is made anew. Default
   * 10000.
   */
  maxHeld?: number
  /** Milliseconds within which the server has to greet. Default 10000. */
  connectTimeoutMs?: number
  backoff?: BackoffOptions
  /** Default: that of the package `ws` in Node, the global one elsewhere. */
  WebSocket?: SocketConstructor
  /** For history. Default: the global one. */
  fetch?: HistoryFetch
}

export type ConsumerOptions = ConsumerBaseOptions & ConsumerCredentials

/**
 * `connecting`: on the way. `open`: greeted, data flows. `paused`: the loop's buffer is full. `waiting`: for the next
 * attempt. `stopped`: for good, by `close` or because another attempt can't help.
 */
export type ConsumerState = 'connecting' | 'open' | 'paused' | 'waiting' | 'stopped'

/** Why a consumer does not go on: the account is disabled, lost its role, or can't sign in. */
export class ConsumerStoppedError extends Error {
  override name = 'ConsumerStoppedError'
}

export interface StateChange {
  state: ConsumerState
  /** Close code of the connection that ended; null where none did. */
  code: number | null
  reason: string
  /** Milliseconds until the next attempt, while `waiting`. */
  retryInMs: number | null
}

/** History has filled, or tried to fill, what lay between two positions (both excluded). */
export interface HistoryReport {
  producer_id: number
  after: LogPosition
  before: LogPosition
  /** How many messages were handed on. */
  messages: number
  /** Whether that is everything that was accepted there. */
  complete: boolean
  /** Why not, where history could not be read. */
  error: Error | null
}

export interface ConsumerEvents {
  data: Envelope
  /** Messages that will not come: dropped for want of speed, or missing and nobody has them. */
  gap: Omit<GapFrame, 'type'>
  resumed: ResumedFrame
  history: HistoryReport
  subscribed: SubscribedFrame
  unsubscribed: UnsubscribedFrame
  /** What is subscribed to, each time the server has greeted. */
  subscriptions: Position[]
  state: StateChange
  /** An error frame, or something that failed on the way; the consumer goes on unless its state is `stopped`. */
  error: Error | ErrorFrame
}
