import type { EventEmitter } from 'node:events'
import type { BufferStats, ReadingBuffer } from '../buffer/buffer.js'
import type { Loss } from '../buffer/record.js'
import type { BackoffOptions } from '../session/backoff.js'
import type { RestFetch } from '../session/rest.js'
import type { ConnectionFault, ConnectionState } from './connection.js'
import type { ProducerCredentials } from './credentials.js'
import type { AckedPosition } from './outcome.js'
import type { SenderCounts } from './sender.js'

/** The options that can be changed while a producer runs, besides its credentials. */
export interface MutableProducerBaseOptions {
  /** URL of WSS1, including the path. */
  websocketUrl: string
  /** Default device id of readings; leave it out with a device key, which names its device. */
  deviceId?: string
  /** Maximum rate at which a backlog is sent, in readings per second. Default 500. */
  drainRate?: number
  /** Whether to compress frames (permessage-deflate) if the platform supports it. */
  compression?: boolean
}

export type MutableProducerOptions = MutableProducerBaseOptions & ProducerCredentials

export interface ProducerBaseOptions extends MutableProducerBaseOptions {
  /** Stores readings until they are acked; closed by the producer. See `openBuffer`. */
  buffer: ReadingBuffer
  /** Delay before retrying after the account was rejected, in milliseconds; null (the default): never. */
  stoppedRetryMs?: number | null
  fetch?: RestFetch
  backoff?: BackoffOptions
  mono?: () => number
  now?: () => number
}

export type ProducerOptions = ProducerBaseOptions & ProducerCredentials

/** Optional fields of a reading. */
export interface SendOptions {
  /** Device time, in milliseconds since 1970. Default: now. */
  time?: number
  /** Monotonic time of the same moment, in milliseconds. Default: now. */
  mono?: number
  deviceId?: string
  id?: string
}

/** An acknowledged message. */
export interface Acked extends AckedPosition { seq: number, deviceId: string | undefined, id: string | undefined }

export interface ProducerEvents {
  online: []
  offline: [fault: ConnectionFault]
  /** The platform rejected this account. */
  stopped: [fault: ConnectionFault]
  ack: [acked: Acked]
  refused: [seq: number, code: string, message: string]
  /** Readings were lost, which is reported to the platform. */
  lost: [lost: Loss]
  drained: []
}

export interface ProducerStatus {
  state: ConnectionState
  /** Milliseconds since 1970 at which the state was entered. */
  since: number
  lastFault: ConnectionFault | null
  buffer: BufferStats
  counts: SenderCounts
  /**
   * How far the device clock is behind the platform clock, and the error bound of that, in milliseconds; null before
   * the first connection.
   */
  clockOffsetMs: number | null
  clockErrorMs: number | null
}

/** Sends readings. Each is stored first, and removed once the platform has acknowledged it. */
export interface Producer {
  readonly events: EventEmitter<ProducerEvents>
  /**
   * Stores a reading and sends it as soon as possible. Returns its number, which is sent as `seq`. Throws `TypeError`
   * if the payload is not an object in JSON, `RangeError` if it is larger than 2 MiB or `time` is not a date of the
   * years 0 to 9999.
   */
  send (payload: Record<string, unknown>, options?: SendOptions): number
  status (): ProducerStatus
  /** Resolves with true once everything is acked, or with false after `timeoutMs`. */
  drained (timeoutMs: number): Promise<boolean>
  /** Applies other options, and reconnects if they require it. Unacked readings are sent over the new connection. */
  configure (options: MutableProducerOptions): void
  /** Disconnects and closes the buffer, which keeps unacked readings. */
  close (): Promise<void>
}
