import { closeCodes, type ConsumerServerFrame, type GapFrame, type SlowPolicy } from '@motience/schemas'
import type { LiveMessage } from '../fan-out/live-message.js'
import type { ConsumerMetrics } from '../metrics.js'
import { SendBuffer } from './send-buffer.js'

/** The connection that a send queue writes to. */
export interface SendQueueConnection {
  readonly bufferedBytes: number
  readonly needsDrain: boolean
  send (text: string): boolean
  sendPrepared (frame: Buffer): boolean
  close (code: number, reason: string): void
  onDrain: (() => void) | null
}

/** Limits of one send queue. */
export interface SendQueueLimits {
  /** Maximum bytes that wait for a consumer, including the socket's buffer. */
  maxBytes: number
  /** Maximum number of messages and other frames that wait outside of the socket's buffer. */
  maxMessages: number
}

/**
 * The frames on their way to one consumer. They are sent immediately until a quarter of `maxBytes` is buffered in the
 * socket; after that they are queued here. At the limits the slow-consumer policy applies: `close` closes the
 * connection with 4008; `drop` replaces the older half by `gap` frames; `latest` keeps only the newest queued message
 * of each producer and device (and closes with 4008 if even these exceed the limits).
 */
export class SendQueue {
  readonly #connection: SendQueueConnection
  readonly #policy: SlowPolicy
  readonly #metrics: ConsumerMetrics
  readonly #queue: SendBuffer
  readonly #highWater: number
  readonly #maxBytes: number
  readonly #maxMessages: number
  #waiting: ((writable: boolean) => void)[] = []
  #ended = false

  constructor (connection: SendQueueConnection, policy: SlowPolicy, limits: SendQueueLimits, metrics: ConsumerMetrics) {
    this.#connection = connection
    this.#policy = policy
    this.#metrics = metrics
    this.#queue = new SendBuffer(metrics.queued)
    this.#highWater = limits.maxBytes / 4
    this.#maxBytes = limits.maxBytes - this.#highWater
    this.#maxMessages = limits.maxMessages
    connection.onDrain = () => this.#flush()
  }

  /** Whether the next message would be sent immediately. */
  get writable (): boolean {
    return !this.#ended && this.#queue.size === 0 && !this.#full
  }

  /** Resolves to true once `writable`, or to false once the connection has closed. */
  async whenWritable (): Promise<boolean> {
    while (!this.#ended && !this.writable) await new Promise<boolean>(resolve => this.#waiting.push(resolve))
    return !this.#ended
  }

  /** Sends a message, or queues it according to the policy. */
  message (message: LiveMessage): void {
    if (this.#ended) return
    if (this.writable) {
      this.#sendMessage(message)
      return
    }
    if (this.#policy === 'latest') {
      if (this.#queue.pushLatest(message)) this.#metrics.dropped(1)
    } else {
      this.#queue.push(message)
    }
    this.#bound()
  }

  /** Sends a frame in order; frames are never dropped. `producerId` is the producer that it refers to, if any. */
  frame (frame: ConsumerServerFrame, producerId: number | null): void {
    if (this.#ended) return
    const text = JSON.stringify(frame)
    if (this.writable) {
      this.#connection.send(text)
      return
    }
    this.#queue.pushFrame(text, producerId)
    this.#bound()
  }

  /** Discards the queue; the connection has closed. */
  end (): void {
    if (this.#ended) return
    this.#ended = true
    this.#queue.clear()
    this.#wake()
  }

  get #full (): boolean {
    // without `needsDrain` there is no drain event that would flush the queue
    return this.#connection.needsDrain && this.#connection.bufferedBytes >= this.#highWater
  }

  get #over (): boolean {
    return this.#queue.bytes > this.#maxBytes || this.#queue.size > this.#maxMessages
  }

  #bound (): void {
    if (!this.#over) return
    if (this.#policy === 'drop') {
      this.#metrics.dropped(this.#queue.dropOldest(this.#maxBytes / 2, this.#maxMessages / 2))
    }
    if (this.#over || this.#policy === 'close') this.#connection.close(closeCodes.tooSlow, 'Too slow')
  }

  #flush (): void {
    while (!this.#ended && this.#queue.size > 0 && !this.#full) {
      const item = this.#queue.shift()
      if (item === undefined) break
      if (item.kind === 'data') this.#sendMessage(item.message)
      else if (item.kind === 'frame') this.#connection.send(item.text)
      else this.#sendGap(item.gap)
    }
    if (this.writable) this.#wake()
  }

  #sendMessage ({ frame }: LiveMessage): void {
    if (this.#connection.sendPrepared(frame)) this.#metrics.delivered(frame.length)
  }

  #sendGap ({ producerId, epoch, from, to }: { producerId: number, epoch: number, from: number, to: number }): void {
    const frame: GapFrame = { type: 'gap', producer_id: producerId, epoch, from, to, reason: 'slow' }
    this.#connection.send(JSON.stringify(frame))
    this.#metrics.gap()
  }

  #wake (): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const resolve of waiting) resolve(!this.#ended)
  }
}
