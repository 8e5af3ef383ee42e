import { closeCodes, type ConsumerServerFrame, type GapFrame, type SlowPolicy } from '@motience/schemas'
import type { LiveMessage } from '../fan-out/live-message.js'
import type { ConsumerMetrics } from '../metrics.js'
import { SendBuffer } from './send-buffer.js'

/** What an sendQueue needs of its connection. */
export interface SendQueueConnection {
  readonly bufferedBytes: number
  readonly needsDrain: boolean
  send (text: string): boolean
  sendPrepared (frame: Buffer): boolean
  close (code: number, reason: string): void
  onDrain: (() => void) | null
}

/** Bounds of one sendQueue. */
export interface SendQueueLimits {
  /** Bytes that may wait for a consumer, in the socket and before it. */
  maxBytes: number
  /** Messages and other frames that may wait before the socket. */
  maxMessages: number
}

/**
 * What is on its way to one consumer. As long as the socket takes it, it is sent at once; past a quarter of `maxBytes`
 * in the socket it waits here, and at the bounds the policy decides: `close` ends the connection with 4008, `drop`
 * leaves out the older half and tells it by `gap` frames in its place, `latest` keeps only the newest message of each
 * producer and device from the first that has to wait (and closes with 4008 where even these are too many).
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

  /** Whether the next message would be sent at once. */
  get writable (): boolean {
    return !this.#ended && this.#queue.size === 0 && !this.#full
  }

  /** Resolves to true once `writable`, to false when the connection has ended. */
  async whenWritable (): Promise<boolean> {
    while (!this.#ended && !this.writable) await new Promise<boolean>(resolve => this.#waiting.push(resolve))
    return !this.#ended
  }

  /** Sends a message, or keeps it as the policy says. */
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

  /** Sends a frame after everything before it; none is ever left out. `producerId` is whom it is about, if it's one. */
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

  /** Forgets everything: the connection has ended. */
  end (): void {
    if (this.#ended) return
    this.#ended = true
    this.#queue.clear()
    this.#wake()
  }

  get #full (): boolean {
    // without `needsDrain` no one would tell when it has been sent
    return this.#connection.needsDrain && this.#connection.bufferedBytes >= this.#highWater
  }

  get #over (): boolean {
    return this.#queue.bytes > this.#maxBytes || this.#queue.size > this.#maxMessages
  }

  #bound (): void {
    if (!this.#over) return
    if (this.#policy === 'drop') { this.#metrics.dropped(this.#queue.dropOldest(this.#maxBytes / 2, this.#maxMessages / 2)) }
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
