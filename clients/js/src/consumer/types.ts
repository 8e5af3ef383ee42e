import type { LogPosition } from '@motience/schemas/protocol'
import type {
  Envelope, ErrorFrame, GapFrame, Position, ResumedFrame, SlowPolicy, SubscribedFrame, UnsubscribedFrame
} from '@motience/schemas'
import type { BackoffOptions } from '../session/backoff.js'
import type { TokenSession } from '../session/tokens.js'
import type { HistoryFetch } from './history.js'
import type { PositionStore } from './position-stores.js'
import type { SocketConstructor } from './socket.js'

/** Source of a consumer's tokens; `createTokenSession` creates one from a username and a password. */
export type TokenSource = Pick<TokenSession, 'get' | 'invalidate' | 'onRenewed' | 'isKey'>

export type ConsumerCredentials =
  | { authUrl: string, username: string, password: string, tokens?: undefined, key?: undefined }
  | { tokens: TokenSource, authUrl?: undefined, username?: undefined, password?: undefined, key?: undefined }
  /** An API key with the scope `data:read`. */
  | { key: string, authUrl?: undefined, username?: undefined, password?: undefined, tokens?: undefined }

export interface ConsumerBaseOptions {
  /** WSS2, such as `wss://data.example.org/consumer`. */
  url: string
  /** Policy when this consumer is too slow. Default: the connection is closed, and resumed. */
  slow?: SlowPolicy
  /** Store of positions across restarts. Default: in memory. */
  positions?: PositionStore
  /** URL of DSM, to read messages that the log has dropped from history. */
  history?: string
  /** Maximum number of messages buffered for the `for await` loop. Default 1000. */
  maxBuffered?: number
  /**
   * Maximum number of messages of one producer held back while its history is read; beyond it the consumer reconnects.
   * Default 10000.
   */
  maxHeld?: number
  /** Timeout for the server's `welcome`, in milliseconds. Default 10000. */
  connectTimeoutMs?: number
  backoff?: BackoffOptions
  /** Default: that of the package `ws` in Node, the global one elsewhere. */
  WebSocket?: SocketConstructor
  /** `fetch` for reading history. Default: the global one. */
  fetch?: HistoryFetch
}

export type ConsumerOptions = ConsumerBaseOptions & ConsumerCredentials

/**
 * `connecting`: in progress. `open`: receiving. `paused`: the loop's buffer is full. `waiting`: until the next attempt.
 * `stopped`: permanently, by `close` or because retrying is pointless.
 */
export type ConsumerState = 'connecting' | 'open' | 'paused' | 'waiting' | 'stopped'

/** Why a consumer stopped: the account is disabled or is not a consumer, or the key was refused. */
export class ConsumerStoppedError extends Error {
  override name = 'ConsumerStoppedError'
}

export interface StateChange {
  state: ConsumerState
  /** Close code of the connection that ended, or null. */
  code: number | null
  reason: string
  /** Milliseconds until the next attempt, while `waiting`. */
  retryInMs: number | null
}

/** Result of filling the gap between two positions (both excluded) from history. */
export interface HistoryReport {
  producer_id: number
  after: LogPosition
  before: LogPosition
  /** Number of messages delivered. */
  messages: number
  /** Whether these are all messages that were accepted there. */
  complete: boolean
  /** Why history could not be read, or null. */
  error: Error | null
}

export interface ConsumerEvents {
  data: Envelope
  /** Messages that will not be delivered: dropped because the consumer is slow, or unavailable. */
  gap: Omit<GapFrame, 'type'>
  resumed: ResumedFrame
  history: HistoryReport
  subscribed: SubscribedFrame
  unsubscribed: UnsubscribedFrame
  /** The subscriptions, after each `welcome`. */
  subscriptions: Position[]
  state: StateChange
  /** An error frame, or a failure; the consumer continues unless its state is `stopped`. */
  error: Error | ErrorFrame
}
