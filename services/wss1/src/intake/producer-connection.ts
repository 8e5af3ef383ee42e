import type { Connection, ConnectionHandlers } from '@motience/kit'
import {
  payloadOf, payloadsOf, type BatchFrame, type DataFrame, type Message, type PayloadText, type ProducerWelcomeFrame
} from '@motience/schemas'
import { ackFields, errorFields, isRefusal, identifiersOf } from './answer-frames.js'
import { BatchAck, type BatchConnection } from './batch-ack.js'
import type { InFlightBudget } from './in-flight-budget.js'
import type { ProducerMetrics } from '../metrics.js'
import { dataBodyText, type MessageFault } from './data-body.js'
import type { Answer, AnswerReceiver, PendingMessage } from '../dispatch/pending-message.js'

/** Bounds that a producer is told of. */
export interface ProducerLimits { maxPayload: number, maxFrame: number, maxInFlight: number, heartbeatMs: number }

/** What a producer's connection works with. */
export interface ProducerDependencies {
  limits: ProducerLimits
  budget: InFlightBudget
  metrics: ProducerMetrics
  /** Puts a message into its producer's lane; returns its bytes. */
  enqueue (producerId: number, text: string, message: Omit<PendingMessage, 'bytes'>): number
  /** Told when the connection ended. */
  orphaned (producerId: number): void
}

/** Part of `maxInFlight` down to which messages have to be answered before the socket is read again. */
const RESUME_AT = 0.75

/** One producer's WebSocket: takes its frames, and sends an ack or an error for each message. */
export class ProducerConnection implements AnswerReceiver, BatchConnection, ConnectionHandlers<DataFrame | BatchFrame> {
  readonly #connection: Connection
  readonly #dependencies: ProducerDependencies
  readonly #resumeAt: number
  #inFlight = 0
  #paused = false
  #draining = false
  #idle: (() => void) | null = null

  constructor (connection: Connection, dependencies: ProducerDependencies) {
    this.#connection = connection
    this.#dependencies = dependencies
    this.#resumeAt = Math.floor(dependencies.limits.maxInFlight * RESUME_AT)
    const { limits } = dependencies
    const welcome: ProducerWelcomeFrame = {
      type: 'welcome',
      user_id: connection.identity.userId,
      expires_at: new Date(connection.identity.expiresAt).toISOString(),
      server_time: new Date().toISOString(),
      heartbeat_ms: limits.heartbeatMs,
      max_payload: limits.maxPayload,
      max_frame: limits.maxFrame,
      max_in_flight: limits.maxInFlight
    }
    connection.onInflate = () => { this.#pauseIfFull() }
    connection.sendFrame(welcome)
  }

  get alive (): boolean { return this.#connection.open }

  frame (frame: DataFrame | BatchFrame, text: string): void {
    if (frame.type === 'data') this.#data(frame, payloadOf(text)!)
    else this.#batch(frame, payloadsOf(text))
    this.#pauseIfFull()
  }

  ended (): void {
    const { budget, metrics, orphaned } = this.#dependencies
    budget.forget(this.#resume)
    if (this.#paused) metrics.paused--
    this.#paused = false
    this.#idle?.()
    orphaned(this.#connection.identity.userId)
  }

  /** Reads nothing more; resolves once everything that was read has been answered. */
  async finish (): Promise<void> {
    this.#draining = true
    this.#pause()
    if (this.#inFlight > 0 && this.alive) await new Promise<void>(resolve => { this.#idle = resolve })
  }

  settle (pending: PendingMessage, answer: Answer): void {
    this.answered(pending, answer)
    if (isRefusal(answer)) this.#connection.sendError(errorFields(answer.error, pending, ''))
    else this.#connection.send(`{"type":"ack",${ackFields(answer, pending)}}`)
  }

  /** Counts an answer, and lets the producer go on if there is room again. */
  answered (_pending: PendingMessage, answer: Answer): void {
    const { metrics } = this.#dependencies
    this.#inFlight--
    if (isRefusal(answer)) metrics.refused(answer.error.code)
    else metrics.acked(answer.duplicate)
    if (this.#inFlight === 0) this.#idle?.()
    this.#resume()
  }

  /** Sends the ack of a whole batch. */
  finishBatch (text: string): void { this.#connection.send(text) }

  #data (frame: DataFrame, payload: PayloadText): void {
    const text = this.#textOf(frame, payload)
    if (typeof text === 'string') this.#enqueue(text, { owner: this, index: 0, id: frame.id, seq: frame.seq })
    else this.#connection.sendError({ ...text, ...identifiersOf(frame) })
  }

  #batch ({ messages }: BatchFrame, payloads: readonly (PayloadText | null)[]): void {
    if (!this.#connection.spend(messages.length - 1)) return
    const reply = new BatchAck(this, messages.length)
    for (const [index, message] of messages.entries()) {
      const text = this.#textOf(message, payloads[index]!)
      if (typeof text === 'string') this.#enqueue(text, { owner: reply, index, id: message.id, seq: message.seq })
      else reply.refuse(index, { ...text, path: `/messages/${index}${text.path}`, ...identifiersOf(message) })
    }
  }

  #textOf (message: Message, payload: PayloadText): string | MessageFault {
    const { userId, deviceId } = this.#connection.identity
    const text = dataBodyText(message, payload, userId, deviceId, this.#dependencies.limits.maxPayload)
    if (typeof text !== 'string') this.#dependencies.metrics.refused(text.code)
    return text
  }

  #enqueue (text: string, message: Omit<PendingMessage, 'bytes'>): void {
    const { budget, metrics, enqueue } = this.#dependencies
    this.#inFlight++
    const bytes = enqueue(this.#connection.identity.userId, text, message)
    metrics.received(bytes)
    budget.take(bytes)
  }

  #pauseIfFull (): void {
    if (this.#paused) return
    const { budget, limits } = this.#dependencies
    if (budget.full) {
      budget.wait(this.#resume)
      this.#pause()
    } else if (this.#inFlight >= limits.maxInFlight) {
      this.#pause()
    }
  }

  #pause (): void {
    if (this.#paused || !this.alive) return
    this.#paused = true
    this.#dependencies.metrics.paused++
    this.#connection.pauseReading()
  }

  readonly #resume = (): void => {
    if (!this.#paused || this.#draining || this.#inFlight > this.#resumeAt) return
    if (this.#dependencies.budget.full) {
      this.#dependencies.budget.wait(this.#resume)
      return
    }
    this.#paused = false
    this.#dependencies.metrics.paused--
    this.#connection.resumeReading()
  }
}
