import { createBackoff, type Logger } from '@motience/kit'
import type { Problem } from '@motience/schemas'
import { CircuitBreaker } from './circuit-breaker.js'
import { isRefusal, isTransient, type DsmAnswer } from './dsm-answer.js'
import type { CallDsm, CallOutcome } from './dsm-call.js'
import type { DispatchMetrics } from './dispatch-metrics.js'
import { FifoQueue } from './fifo-queue.js'
import { gatherCall, type Call, type CallLimits, type LaneShare } from './gather-call.js'
import { Lane } from './lane.js'
import type { PendingMessage } from './pending-message.js'
import { retryDelays } from './retry-delays.js'

export const defaultCallLimits: CallLimits = { maxMessages: 1_000, maxBytes: 524_288, maxCalls: 16 }

export interface DispatcherDependencies {
  call: CallDsm
  metrics: Pick<DispatchMetrics, 'called' | 'orphaned'>
  logger: Logger
  limits?: Partial<CallLimits>
  /** Called with the size of each message that leaves its lane. */
  release (bytes: number): void
}

/**
 * Sends the lanes' messages to DSM. A lane takes part in one call at a time, which preserves its order; a call carries
 * many lanes, which keeps the number of calls low. Messages gather while calls are in flight, so batches grow with the
 * load.
 *
 * A failed call is repeated after a back-off of up to a second, with the same messages in the same order. DSM
 * recognises what it has already accepted by `session` and `seq`; messages without them may be accepted twice.
 */
export class Dispatcher {
  readonly #dependencies: DispatcherDependencies
  readonly #limits: CallLimits
  readonly #lanes = new Map<number, Lane>()
  readonly #ready = new FifoQueue<Lane>()
  readonly #lanesWithOrphans = new Set<Lane>()
  readonly #breaker = new CircuitBreaker(() => { this.#schedule() })
  #calls = 0
  #scheduled = false
  /** Resolves the wait in `close`. */
  #onIdle: (() => void) | null = null

  constructor (dependencies: DispatcherDependencies) {
    this.#dependencies = dependencies
    this.#limits = { ...defaultCallLimits, ...dependencies.limits }
  }

  /** Messages that wait for their answers. */
  get size (): number {
    let size = 0
    for (const lane of this.#lanes.values()) size += lane.size
    return size
  }

  /** Appends a message to its producer's lane; returns its size in bytes. */
  enqueue (producerId: number, text: string, message: Omit<PendingMessage, 'bytes'>): number {
    let lane = this.#lanes.get(producerId)
    if (lane === undefined) this.#lanes.set(producerId, lane = new Lane(producerId))
    const bytes = lane.add(text, message)
    this.#wake(lane)
    return bytes
  }

  /**
   * One of the producer's connections has closed, so some of its messages may be orphans: no connection is left to
   * receive their answers. They are still sent, but dropped while DSM is unavailable.
   */
  connectionClosed (producerId: number): void {
    const lane = this.#lanes.get(producerId)
    if (lane === undefined) return
    this.#lanesWithOrphans.add(lane)
    if (this.#breaker.failing) this.#dropOrphans()
  }

  /** Sends the remaining messages for at most `waitMs`, unless DSM is unavailable; then makes no more calls. */
  async close (waitMs: number): Promise<void> {
    let timeout: NodeJS.Timeout | undefined
    if (this.#lanes.size > 0 && !this.#breaker.failing) {
      await new Promise<void>(resolve => {
        this.#onIdle = resolve
        timeout = setTimeout(resolve, waitMs)
      })
    }
    clearTimeout(timeout)
    this.#breaker.close()
  }

  #wake (lane: Lane): void {
    if (lane.inFlight > 0 || lane.waiting || lane.size === 0) return
    lane.waiting = true
    this.#ready.push(lane)
    this.#schedule()
  }

  /** Calls are made at the end of the event loop's turn, so that messages that arrive together are sent together. */
  #schedule (): void {
    if (this.#scheduled || !this.#breaker.allowsCalls) return
    this.#scheduled = true
    setImmediate(() => {
      this.#scheduled = false
      while (this.#ready.size > 0 && this.#mayCall()) {
        this.#start(gatherCall(this.#ready, this.#limits, lane => { this.#removeIfEmpty(lane) }))
      }
    })
  }

  /** While DSM is unavailable, one call at a time is enough to find out that it is back. */
  #mayCall (): boolean {
    return this.#breaker.allowsCalls && this.#calls < (this.#breaker.failing ? 1 : this.#limits.maxCalls)
  }

  #start ({ shares, texts, count }: Call): void {
    if (count === 0) return
    this.#calls++
    const { call, metrics, logger } = this.#dependencies
    const startedAt = performance.now()
    call(texts, count).then(outcome => {
      this.#calls--
      const repeats = this.#finish(shares, outcome)
      metrics.called(
        count,
        (performance.now() - startedAt) / 1_000,
        outcome.kind === 'refused' ? 'refused' : repeats ? 'repeated' : 'answered'
      )
      this.#schedule()
    }).catch((error: unknown) => { logger.error({ err: error }, 'Failed to handle an answer from DSM') })
  }

  /** Applies the outcome to the lanes of a call; returns whether any message has to be sent again. */
  #finish (shares: readonly LaneShare[], outcome: CallOutcome): boolean {
    for (const { lane } of shares) lane.inFlight = 0
    switch (outcome.kind) {
      case 'failed':
        this.#fail(outcome.reason, outcome.retryAfterMs)
        for (const { lane } of shares) this.#wakeOrRemove(lane)
        return true
      case 'refused':
        this.#succeed()
        this.#isolate(shares, outcome.problem)
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
   * Delivers a lane's answers, except for transient refusals at the end: those messages are sent again, as otherwise
   * later ones would overtake them.
   */
  #settle (lane: Lane, answers: readonly DsmAnswer[]): boolean {
    let settled = answers.length
    while (settled > 0) {
      const last = answers[settled - 1]!
      if (!isRefusal(last) || !isTransient(last.error)) break
      settled--
    }
    lane.settle(answers.slice(0, settled), this.#release)
    lane.maxMessages = Infinity
    if (settled === answers.length) {
      lane.backoff = null
      this.#wakeOrRemove(lane)
      return false
    }
    lane.waiting = true
    lane.backoff ??= createBackoff(retryDelays)
    const timer = setTimeout(() => {
      lane.waiting = false
      lane.dropOrphans(this.#drop)
      this.#wakeOrRemove(lane)
    }, lane.backoff.next())
    timer.unref()
    return true
  }

  /** Finds the message for which DSM refused a whole call: halves the batch until the message is alone. */
  #isolate (shares: readonly LaneShare[], problem: Problem): void {
    for (const { lane, count } of shares) {
      if (shares.length > 1) {
        lane.maxMessages = count
      } else if (count > 1) {
        lane.maxMessages = Math.ceil(count / 2)
      } else {
        lane.settle([{ error: problem }], this.#release)
        lane.maxMessages = Infinity
      }
      this.#wakeOrRemove(lane)
    }
  }

  #fail (reason: string, retryAfterMs?: number): void {
    if (!this.#breaker.failing) {
      this.#dependencies.logger.warn({ reason, messages: this.size }, 'DSM unavailable, buffering messages')
    }
    this.#breaker.recordFailure(retryAfterMs)
    this.#onIdle?.()
    this.#dropOrphans()
  }

  #succeed (): void {
    if (this.#breaker.failing) {
      this.#dependencies.logger.info({ messages: this.size }, 'DSM available again, sending buffered messages')
    }
    this.#breaker.recordSuccess()
  }

  #dropOrphans (): void {
    for (const lane of this.#lanesWithOrphans) {
      if (lane.inFlight > 0) continue
      this.#lanesWithOrphans.delete(lane)
      lane.dropOrphans(this.#drop)
      if (!lane.waiting) this.#removeIfEmpty(lane)
    }
  }

  readonly #release = (pending: PendingMessage): void => { this.#dependencies.release(pending.bytes) }

  readonly #drop = (pending: PendingMessage): void => {
    this.#release(pending)
    this.#dependencies.metrics.orphaned()
  }

  #wakeOrRemove (lane: Lane): void {
    if (lane.size > 0) this.#wake(lane)
    else if (!lane.waiting) this.#removeIfEmpty(lane)
  }

  #removeIfEmpty (lane: Lane): void {
    if (lane.size > 0 || this.#lanes.get(lane.producerId) !== lane) return
    this.#lanes.delete(lane.producerId)
    this.#lanesWithOrphans.delete(lane)
    if (this.#lanes.size === 0) this.#onIdle?.()
  }
}
