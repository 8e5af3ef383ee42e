import {
  dataBodyText, InFlightWindow, isRefusal, type AnswerReceiver, type DsmAnswer, type InFlightBudget, type MessageFault,
  type PendingMessage
} from '@motience/dispatch'
import { identifiersOf, maySendAs, type Connection, type ConnectionHandlers } from '@motience/kit'
import {
  payloadOf, payloadsOf, type DataFrame, type ErrorFrame, type Message, type PayloadText, type ProducerWelcomeFrame
} from '@motience/schemas'
import type { ProducerMetrics } from '../metrics.js'
import { ackFrame } from './ack-frame.js'
import { BatchAck, type BatchConnection } from './batch-ack.js'
import { errorFields } from './error-fields.js'
import { invalidMessage, isMessage, type LooseBatchFrame } from './frames.js'

/** Limits that the welcome frame announces. */
export interface ProducerLimits { maxPayload: number, maxFrame: number, maxInFlight: number, heartbeatMs: number }

/** Collaborators of every `ProducerConnection`. */
export interface ProducerDependencies {
  limits: ProducerLimits
  budget: InFlightBudget
  metrics: ProducerMetrics
  /** Appends a message to its producer's lane; returns its size in bytes. */
  enqueue (producerId: number, text: string, message: Omit<PendingMessage, 'bytes'>): number
  /** Called when the connection has closed. */
  connectionClosed (producerId: number): void
}

/** One producer's WebSocket: reads its frames, and answers each message with an ack or an error. */
export class ProducerConnection
implements AnswerReceiver, BatchConnection, ConnectionHandlers<DataFrame | LooseBatchFrame> {
  readonly #connection: Connection
  readonly #dependencies: ProducerDependencies
  readonly #window: InFlightWindow

  constructor (connection: Connection, dependencies: ProducerDependencies) {
    this.#connection = connection
    this.#dependencies = dependencies
    const { limits, budget, metrics } = dependencies
    this.#window = new InFlightWindow({ socket: connection, budget, metrics, maxInFlight: limits.maxInFlight })
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
    connection.onInflate = () => {
      this.#window.pauseIfFull()
    }
    connection.sendFrame(welcome)
  }

  get alive (): boolean {
    return this.#connection.open
  }

  frame (frame: DataFrame | LooseBatchFrame, text: string): void {
    if (frame.type === 'data') this.#data(frame, payloadOf(text)!)
    else this.#batch(frame, payloadsOf(text))
    this.#window.pauseIfFull()
  }

  invalid (error: Omit<ErrorFrame, 'type'>): void {
    this.#window.inTurn(() => {
      this.#connection.sendError(error)
    })
    this.#window.pauseIfFull()
  }

  ended (): void {
    this.#window.ended()
    this.#dependencies.connectionClosed(this.#connection.identity.userId)
  }

  /** Stops reading; resolves once every message that was read has been answered. */
  async finish (): Promise<void> { await this.#window.finish() }

  settle (pending: PendingMessage, answer: DsmAnswer): void {
    if (isRefusal(answer)) this.#connection.sendError(errorFields(answer.error, pending, ''))
    else this.#connection.send(ackFrame(answer, pending))
    this.answered(answer)
  }

  /** Counts an answer, sends those that follow it, and resumes reading if there is room again. */
  answered (answer: DsmAnswer): void {
    const { metrics } = this.#dependencies
    if (isRefusal(answer)) metrics.refused(answer.error.code)
    else metrics.acked(answer.duplicate)
    this.#window.answered()
  }

  sendInOrder (text: string): void {
    this.#window.inTurn(() => {
      this.#connection.send(text)
    })
  }

  sendBatchAck (text: string): void {
    this.#connection.send(text)
  }

  #data (frame: DataFrame, payload: PayloadText): void {
    const text = this.#textOf(frame, payload)
    if (typeof text === 'string') this.#enqueue(text, { receiver: this, index: 0, id: frame.id, seq: frame.seq })
    else {
      this.#window.inTurn(() => {
        this.#connection.sendError({ ...text, ...identifiersOf(frame) })
      })
    }
  }

  #batch ({ messages }: LooseBatchFrame, payloads: readonly (PayloadText | null)[]): void {
    if (!this.#connection.spend(messages.length - 1)) return
    const ack = new BatchAck(this, messages.length)
    for (const [index, message] of messages.entries()) {
      if (!isMessage(message)) {
        const error = invalidMessage(message, index)
        this.#dependencies.metrics.refused(error.code)
        ack.refuse(index, error)
        continue
      }
      const text = this.#textOf(message, payloads[index]!)
      if (typeof text === 'string') this.#enqueue(text, { receiver: ack, index, id: message.id, seq: message.seq })
      else ack.refuse(index, { ...text, path: `/messages/${index}${text.path}`, ...identifiersOf(message) })
    }
  }

  #textOf (message: Message, payload: PayloadText): string | MessageFault {
    const { identity } = this.#connection
    const { userId, deviceId } = identity
    if (!maySendAs(identity, message.device_id)) {
      this.#dependencies.metrics.refused('MOT_FORBIDDEN')
      return { code: 'MOT_FORBIDDEN', message: 'The key of a device can only send as that device', path: '/device_id' }
    }
    const { maxPayload } = this.#dependencies.limits
    const text = dataBodyText(message, payload, { producerId: userId, deviceId, maxPayload })
    if (typeof text !== 'string') this.#dependencies.metrics.refused(text.code)
    return text
  }

  #enqueue (text: string, message: Omit<PendingMessage, 'bytes'>): void {
    const { budget, metrics, enqueue } = this.#dependencies
    this.#window.enqueued()
    const bytes = enqueue(this.#connection.identity.userId, text, message)
    metrics.received(bytes)
    budget.take(bytes)
  }
}
