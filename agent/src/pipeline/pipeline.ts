import { createAggregator, type Aggregator, type AggregateFunction } from './aggregate.js'
import { createChangeFilter, type ChangeFilter, type ChangeOptions } from './changes.js'
import type { Tree } from './tree.js'

export interface PipelineOptions {
  aggregate: { everyMs: number, functions: readonly AggregateFunction[] } | null
  changes: ChangeOptions | null
}

/** Takes a reading, and sends what is to be sent of it. */
export interface Pipeline {
  push (payload: Tree, time: number, mono: number): void
  /** Sends what is still being gathered. */
  flush (): void
}

/** First aggregation, then the filter for changes: what did not change over ten seconds need not be sent at all. */
export const createPipeline = (
  { aggregate, changes }: PipelineOptions,
  send: (payload: Tree, time: number, mono: number) => void
): Pipeline => {
  const aggregator: Aggregator | null =
    aggregate === null ? null : createAggregator(aggregate.everyMs, aggregate.functions)
  const filter: ChangeFilter | null = changes === null ? null : createChangeFilter(changes)
  const pass = (payload: Tree, time: number, mono: number) => {
    const changed = filter === null ? payload : filter.filter(payload, mono)
    if (changed !== null && Object.keys(changed).length > 0) send(changed, time, mono)
  }
  return {
    push: (payload, time, mono) => {
      if (aggregator === null) return pass(payload, time, mono)
      const over = aggregator.add(payload, time, mono)
      if (over !== null) pass(over.payload, over.time, over.mono)
    },
    flush: () => {
      const rest = aggregator?.flush() ?? null
      if (rest !== null) pass(rest.payload, rest.time, rest.mono)
    }
  }
}
