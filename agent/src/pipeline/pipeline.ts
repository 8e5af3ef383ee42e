import { createAggregator, type Aggregator, type AggregateFunction } from './aggregate.js'
import { createChangeFilter, type ChangeFilter, type ChangeOptions } from './change-filter.js'
import type { PayloadTree } from './payload-tree.js'

export interface PipelineOptions {
  aggregate: { everyMs: number, functions: readonly AggregateFunction[] } | null
  changes: ChangeOptions | null
}

/** Aggregates and filters readings, and sends the result. */
export interface Pipeline {
  push (payload: PayloadTree, time: number, mono: number): void
  /** Sends the unfinished aggregate. */
  flush (): void
}

/** Aggregation comes first, so that the change filter compares aggregates: an unchanged one is not sent. */
export const createPipeline = (
  { aggregate, changes }: PipelineOptions,
  send: (payload: PayloadTree, time: number, mono: number) => void
): Pipeline => {
  const aggregator: Aggregator | null =
    aggregate === null ? null : createAggregator(aggregate.everyMs, aggregate.functions)
  const filter: ChangeFilter | null = changes === null ? null : createChangeFilter(changes)
  const pass = (payload: PayloadTree, time: number, mono: number) => {
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
