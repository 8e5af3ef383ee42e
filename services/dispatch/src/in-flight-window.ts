import { AnswerOrder } from './answer-order.js'
import type { InFlightBudget } from './in-flight-budget.js'

/** Fraction of `maxInFlight` down to which the messages in flight have to fall before the socket is read again. */
const RESUME_AT = 0.75

/** The socket of a window. */
export interface WindowSocket {
  readonly open: boolean
  pauseReading (): void
  resumeReading (): void
}

/** Collaborators of an `InFlightWindow`. `metrics.paused` counts the connections that are not read. */
export interface InFlightWindowDependencies {
  socket: WindowSocket
  budget: InFlightBudget
  metrics: { paused: number }
  maxInFlight: number
}

/**
 * The messages of one connection that are not answered. Stops reading its socket while there are too many of them, or
 * too many bytes of all connections, and keeps the order of the answers.
 */
export class InFlightWindow {
  readonly #dependencies: InFlightWindowDependencies
  readonly #resumeAt: number
  readonly #order = new AnswerOrder()
  #inFlight = 0
  #paused = false
  #draining = false
  #onIdle: (() => void) | null = null

  constructor (dependencies: InFlightWindowDependencies) {
    this.#dependencies = dependencies
    this.#resumeAt = Math.floor(dependencies.maxInFlight * RESUME_AT)
  }

  /** Counts a message that DSM will answer. */
  enqueued (): void {
    this.#inFlight++
    this.#order.enqueued()
  }

  /** Counts an answer that was sent, sends those that follow it, and resumes reading if there is room again. */
  answered (): void {
    this.#inFlight--
    this.#order.answered()
    if (this.#inFlight === 0) this.#onIdle?.()
    this.#resume()
  }

  /** Sends an answer of the service's own in its turn. What waits counts as in flight, which bounds it. */
  inTurn (send: () => void): void {
    if (this.#order.idle) {
      send()
      return
    }
    this.#inFlight++
    this.#order.append(() => {
      send()
      this.#inFlight--
    })
  }

  /** Stops reading if there is no room; called after each read. */
  pauseIfFull (): void {
    if (this.#paused) return
    const { budget, maxInFlight } = this.#dependencies
    if (budget.full) {
      budget.wait(this.#resume)
      this.#pause()
    } else if (this.#inFlight >= maxInFlight) {
      this.#pause()
    }
  }

  /** Stops reading; resolves once every message that was read has been answered. */
  async finish (): Promise<void> {
    this.#draining = true
    this.#pause()
    if (this.#inFlight > 0 && this.#dependencies.socket.open) {
      await new Promise<void>(resolve => { this.#onIdle = resolve })
    }
  }

  /** The connection has closed. */
  ended (): void {
    const { budget, metrics } = this.#dependencies
    budget.cancelWait(this.#resume)
    if (this.#paused) metrics.paused--
    this.#paused = false
    this.#onIdle?.()
  }

  #pause (): void {
    const { socket, metrics } = this.#dependencies
    if (this.#paused || !socket.open) return
    this.#paused = true
    metrics.paused++
    socket.pauseReading()
  }

  readonly #resume = (): void => {
    if (!this.#paused || this.#draining || this.#inFlight > this.#resumeAt) return
    const { budget, metrics, socket } = this.#dependencies
    if (budget.full) {
      budget.wait(this.#resume)
      return
    }
    this.#paused = false
    metrics.paused--
    socket.resumeReading()
  }
}
