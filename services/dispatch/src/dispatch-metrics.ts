import { secondsBuckets, type Metrics } from '@motience/kit'

const CALL_OUTCOMES = ['answered', 'repeated', 'refused'] as const

/** Counts the calls to DSM. */
export interface DispatchMetrics {
  /** Calls to DSM. */
  calls: number
  /** Calls after which messages had to be sent again. */
  repeats: number
  /** Messages of closed connections that were dropped unacked while DSM was unavailable. */
  orphans: number
  called (messages: number, seconds: number, outcome: (typeof CALL_OUTCOMES)[number]): void
  orphaned (): void
}

/** Registers the metrics of a service's `Dispatcher`. */
export const createDispatchMetrics = (metrics: Metrics): DispatchMetrics => {
  const calls = metrics.histogram({
    name: 'dsm_call_duration_seconds',
    help: 'Duration of calls to DSM, by outcome',
    labels: ['outcome'],
    values: CALL_OUTCOMES,
    buckets: secondsBuckets
  })
  const sizes = metrics.histogram({
    name: 'dsm_call_messages',
    help: 'Messages per call to DSM',
    buckets: [1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000]
  })
  metrics.counter({
    name: 'orphans_total',
    help: 'Messages of closed connections that were discarded unacked while DSM did not answer',
    collect: () => counters.orphans
  })
  const counters: DispatchMetrics = {
    calls: 0,
    repeats: 0,
    orphans: 0,
    called: (count, seconds, outcome) => {
      counters.calls++
      if (outcome === 'repeated') counters.repeats++
      calls.observe({ outcome }, seconds)
      sizes.observe(count)
    },
    orphaned: () => { counters.orphans++ }
  }
  return counters
}
