import type { Logger } from '@motience/kit'
import type { Problem } from '@motience/schemas'
import { isTransient, isRefusal } from '../intake/answer-frames.js'
import { backoffMs } from './backoff.js'
import type { InFlightBudget } from '../intake/in-flight-budget.js'
import type { ProducerMetrics } from '../metrics.js'
import type { CallDsm, CallOutcome } from './dsm-call.js'
import { FifoQueue } from './fifo-queue.js'
import { CircuitBreaker } from './circuit-breaker.js'
import { Lane } from './lane.js'
import type { Answer, PendingMessage } from './pending-message.js'

/** Bounds of one call to DSM, and calls at the same time. */
export interface CallLimits { maxMessages: number, maxBytes: number, maxCalls: number }

export const defaultCallLimits: CallLimits = { maxMessages: 1_000, maxBytes: 524_288, maxCalls: 16 }

export interface DispatcherDependencies {
  call: CallDsm
  budget: InFlightBudget
  metrics: ProducerMetrics
  logger: Logger
  limits?: Partial<CallLimits>
}

/** A lane's share of a call. */
interface LaneShare { lane: Lane, count: number }

/** A call before it is made. */
interface Call { shares: LaneShare[], texts: Buffer[], count: number }

/**
 * Carries the lanes' messages to DSM. A lane is in one call at a time, which keeps its order; a call carries many
 * lanes, which keeps calls few. While one is under way messages gather for the next, so that calls grow with the load.
 *
 * A call that failed is made again, after a time that grows to a second, with the same messages in the same order: what
 * DSM may have accepted already it knows by `session` and `seq`; a message without those can be accepted twice.
 */
export class Dispatcher {
  readonly #dependencies: DispatcherDependencies
  readonly #limits: CallLimits
  readonly #lanes = new Map<number, Lane>()
  readonly #ready = new FifoQueue<Lane>()
  readonly #withOrphans = new Set<Lane>()
  readonly #breaker = new CircuitBreaker(() => { this.#schedule() })
  #calls = 0
  #scheduled = false
  /** Ends the wait of `close`. */
  #done: (() => void) | null = null

  constructor (dependencies: DispatcherDependencies) {
    this.#dependencies = dependencies
    this.#limits = { ...defaultCallLimits, ...dependencies.limits }
  }

  /** Messages that wait for their answer. */
  get size (): number {
    let size = 0
    for (const lane of this.#lanes.values()) size += lane.size
    return size
  }

  /** Puts a message at the end of its producer's lane; returns how many bytes it takes. */
  enqueue (producerId: number, text: string, message: Omit<PendingMessage, 'bytes'>): number {
    let lane = this.#lanes.get(producerId)
    if (lane === undefined) this.#lanes.set(producerId, lane = new Lane(producerId))
    const bytes = lane.add(text, message)
    this.#wake(lane)
    return bytes
  }

  /**
   * Says that messages of this producer may have nobody left who waits. They are sent all the same, unless DSM does not
   * answer.
   */
  orphaned (producerId: number): void {
    const lane = this.#lanes.get(producerId)
    if (lane === undefined) return
    this.#withOrphans.add(lane)
    if (this.#breaker.failing) this.#dropOrphans()
  }

  /** Sends what is left, unless DSM does not answer or `waitMs` have passed; then makes no more calls. */
  async close (waitMs: number): Promise<void> {
    let late: NodeJS.Timeout | undefined
    if (this.#lanes.size > 0 && !this.#breaker.failing) {
      await new Promise<void>(resolve => {
        this.#done = resolve
        late = setTimeout(resolve, waitMs)
      })
    }
    clearTimeout(late)
    this.#breaker.close()
  }

  #wake (lane: Lane): void {
    if (lane.inFlight > 0 || lane.waiting || lane.size === 0) return
    lane.waiting = true
    this.#ready.push(lane)
    this.#schedule()
  }

  /** Calls go out at the end of the event loop's turn, so that what came in together goes on together. */
  #schedule (): void {
    if (this.#scheduled || !this.#breaker.open) return
    this.#scheduled = true
    setImmediate(() => {
      this.#scheduled = false
      while (this.#ready.size > 0 && this.#mayCall()) this.#start(this.#gather())
    })
  }

  /** While DSM does not answer one call at a time is enough to find out when it does. */
  #mayCall (): boolean { return this.#breaker.open && this.#calls < (this.#breaker.failing ? 1 : this.#limits.maxCalls) }

  #gather (): Call {
    const { maxMessages, maxBytes } = this.#limits
    const shares: LaneShare[] = []
    const texts: Buffer[] = []
    let count = 0
    let bytes = 0
    while (this.#ready.size > 0 && count < maxMessages) {
      const lane = this.#ready.at(0)!
      // a lane that looks for a bad message goes alone, and a message that is too long for this call waits for the next
      if (count > 0 && (lane.most !== Infinity || bytes + lane.firstBytes > maxBytes)) break
      this.#ready.shift()
      lane.waiting = false
      if (lane.size === 0) {
        this.#forgetIfEmpty(lane)
        continue
      }
      const taken = lane.take(maxMessages - count, maxBytes - bytes)
      shares.push({ lane, count: taken.count })
      texts.push(taken.bytes)
      count += taken.count
      bytes += taken.bytes.length
      if (lane.most !== Infinity) break
    }
    return { shares, texts, count }
  }

  #start ({ shares, texts, count }: Call): void {
    if (count === 0) return
    this.#calls++
    const { call, metrics } = this.#dependencies
    const begun = performance.now()
    call(texts, count).then(outcome => {
      this.#calls--
      const repeats = this.#finish(shares, outcome)
      metrics.called(
        count,
        (performance.now() - begun) / 1_000,
        outcome.kind === 'refused' ? 'refused' : repeats ? 'repeated' : 'answered'
      )
      this.#schedule()
    }).catch((error: unknown) => { this.#dependencies.logger.error({ err: error }, 'Failed to handle an answer of DSM') })
  }

  /** Hands the outcome to the lanes of a call; whether something has to be repeated. */
  #finish (shares: readonly LaneShare[], outcome: CallOutcome): boolean {
    for (const { lane } of shares) lane.inFlight = 0
    switch (outcome.kind) {
      case 'failed':
        this.#fail(outcome.reason, outcome.retryAfterMs)
        for (const { lane } of shares) this.#wakeOrForget(lane)
        return true
      case 'refused':
        this.#succeed()
        this.#narrow(shares, outcome.problem)
        return true
      case 'answered': {
        this.#succeed()
        let from = 0
        let repeats = false
        for (const { lane, count } of shares) {
          repeats = this.#settle(lane, outcome.answers.slice(from, from + count)) || repeats
          from += count
        }
        return repeats
      }
    }
  }

  /**
   * Answers a lane's messages but for the last ones that DSM could not take now: those are sent again, or they would be
   * passed by later ones.
   */
  #settle (lane: Lane, answers: readonly Answer[]): boolean {
    let settled = answers.length
    while (settled > 0) {
      const last = answers[settled - 1]!
      if (!isRefusal(last) || !isTransient(last.error)) break
      settled--
    }
    lane.settle(answers.slice(0, settled), this.#release)
    lane.most = Infinity
    if (settled === answers.length) {
      lane.failures = 0
      this.#wakeOrForget(lane)
      return false
    }
    lane.waiting = true
    const timer = setTimeout(() => {
      lane.waiting = false
      lane.dropOrphans(this.#dropped)
      this.#wakeOrForget(lane)
    }, backoffMs(++lane.failures))
    timer.unref()
    return true
  }

  /**
   * Looks for the message that made DSM refuse a whole call: halves what is sent, until it is alone and gets the
   * refusal.
   */
  #narrow (shares: readonly LaneShare[], problem: Problem): void {
    for (const { lane, count } of shares) {
      if (shares.length > 1) {
        lane.most = count
      } else if (count > 1) {
        lane.most = Math.ceil(count / 2)
      } else {
        lane.settle([{ error: problem }], this.#release)
        lane.most = Infinity
      }
      this.#wakeOrForget(lane)
    }
  }

  #fail (reason: string, retryAfterMs?: number): void {
    if (!this.#breaker.failing) { this.#dependencies.logger.warn({ reason, messages: this.size }, 'Keeps messages back, for DSM does not take them') }
    this.#breaker.fail(retryAfterMs)
    this.#done?.()
    this.#dropOrphans()
  }

  #succeed (): void {
    if (this.#breaker.failing) { this.#dependencies.logger.info({ messages: this.size }, 'Sends messages on, for DSM takes them again') }
    this.#breaker.succeed()
  }

  #dropOrphans (): void {
    for (const lane of this.#withOrphans) {
      if (lane.inFlight > 0) continue
      this.#withOrphans.delete(lane)
      lane.dropOrphans(this.#dropped)
      if (!lane.waiting) this.#forgetIfEmpty(lane)
    }
  }

  readonly #release = (pending: PendingMessage): void => { this.#dependencies.budget.release(pending.bytes) }

  readonly #dropped = (pending: PendingMessage): void => {
    this.#release(pending)
    this.#dependencies.metrics.orphaned()
  }

  #wakeOrForget (lane: Lane): void {
    if (lane.size > 0) this.#wake(lane)
    else if (!lane.waiting) this.#forgetIfEmpty(lane)
  }

  #forgetIfEmpty (lane: Lane): void {
    if (lane.size > 0 || this.#lanes.get(lane.producerId) !== lane) return
    this.#lanes.delete(lane.producerId)
    this.#withOrphans.delete(lane)
    if (this.#lanes.size === 0) this.#done?.()
  }
}
