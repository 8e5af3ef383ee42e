import type { Broker } from '@motience/broker'
import { ProblemError, type Logger } from '@motience/kit'
import type { DsmMetrics } from '../metrics.js'
import { applyChange } from '../subscriber-list.js'
import { createBatch } from './batch.js'
import type { Draft } from './envelope.js'
import type { Acknowledge } from './acknowledger.js'
import { takeBatch, type Job, type Lane } from './lane.js'
import type { Lanes } from './lanes.js'
import { refusal, unavailable, type Outcome } from './outcome.js'
import type { Send } from './sender.js'

/** Collaborators and limits of the acceptor. */
export interface AcceptorDependencies {
  broker: Broker
  lanes: Lanes
  send: Send
  acknowledge: Acknowledge
  /** Maximum milliseconds that a message waits for subscribers, broker, new epoch and room in the log. */
  deadlineMs: number
  maxPending: number
  logger: Logger
  metrics: DsmMetrics
}

/** Accepts checked messages: numbers, publishes and stores them. */
export interface Acceptor {
  /**
   * Accepts messages of one producer, in order. Resolves to one outcome per message and never rejects. Refuses all of
   * them with MOT_UNAVAILABLE above `maxPending` waiting messages; a single larger request is taken if none waits.
   */
  accept (producerId: number, drafts: readonly Draft[]): Promise<Outcome[]>
  /** Messages that wait for the broker or the database. */
  readonly pending: number
  /** Resolves once nothing is pending. Call it after the last `accept`. */
  close (): Promise<void>
}

export const createAcceptor = ({
  broker, lanes, send, acknowledge, deadlineMs, maxPending, logger, metrics
}: AcceptorDependencies): Acceptor => {
  let pending = 0
  const idle: (() => void)[] = []

  /**
   * Sends a batch, in parts if the log has no room for all of it: the first part is being stored while the next one
   * waits.
   */
  const sendBatch = async (lane: Lane, jobs: readonly Job[]): Promise<void> => {
    const batch = createBatch(jobs)
    const deadline = performance.now() + deadlineMs
    for (let from = 0; from < batch.drafts.length;) {
      const start = from
      const drafts = start === 0 ? batch.drafts : batch.drafts.slice(start)
      try {
        const sent = await send(lane, drafts, deadline)
        acknowledge(lane, drafts, sent).then(outcomes => { batch.settle(start, outcomes) })
        from += sent.outcomes.length
      } catch (error) {
        const problem = refusal(error)
        logger.warn(
          { err: problem.cause ?? problem, producer_id: lane.producerId, messages: drafts.length },
          'Failed to accept messages, refusing them'
        )
        // The queue is refused too: a later message must not overtake an earlier one that will be sent again.
        for (const job of lane.queue.splice(0)) job.resolve(job.drafts.map(() => problem))
        batch.settle(start, drafts.map(() => problem))
        return
      }
    }
  }

  const work = async (lane: Lane): Promise<void> => {
    lane.working = true
    while (lane.queue.length > 0) await sendBatch(lane, takeBatch(lane))
    lane.working = false
  }

  const count = (outcomes: readonly Outcome[]): void => {
    let accepted = 0
    for (const outcome of outcomes) {
      if (outcome instanceof ProblemError) {
        metrics.refused.inc({ code: outcome.code })
      } else if (outcome.duplicate) {
        metrics.repeats.inc()
      } else {
        accepted++
        metrics.fanOut.observe(outcome.subscriberCount)
      }
    }
    metrics.accepted.inc(accepted)
  }

  const removeControlHandler = broker.onControl(event => {
    if (event.type !== 'subscription-changed') return
    const lane = lanes.find(event.producer_id)
    if (lane?.subscribers != null) lane.subscribers = applyChange(lane.subscribers, event)
  })

  const removeConnectionHandler = broker.onConnection(state => {
    if (state === 'up') return
    for (const lane of lanes.all()) {
      lane.subscribers = null
      lane.seen = null
    }
  })

  const accept = async (producerId: number, drafts: readonly Draft[]): Promise<Outcome[]> => {
    if (pending > 0 && pending + drafts.length > maxPending) {
      const problem = unavailable('Too many messages are pending, send it again later')
      const outcomes = drafts.map(() => problem)
      count(outcomes)
      return outcomes
    }
    pending += drafts.length
    const stop = metrics.acceptSeconds.startTimer()
    const lane = lanes.of(producerId)
    const outcomes = await new Promise<Outcome[]>(resolve => {
      const job: Job = { drafts, resolve }
      lane.queue.push(job)
      if (!lane.working) work(lane)
    })
    stop()
    pending -= drafts.length
    count(outcomes)
    if (pending === 0) for (const resolve of idle.splice(0)) resolve()
    return outcomes
  }

  return {
    accept,
    get pending () { return pending },
    async close () {
      if (pending > 0) await new Promise<void>(resolve => { idle.push(resolve) })
      removeControlHandler()
      removeConnectionHandler()
    }
  }
}
