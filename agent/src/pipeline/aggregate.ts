import { eachLeaf, type PayloadTree } from './payload-tree.js'

export type AggregateFunction = 'min' | 'mean' | 'max' | 'last'

/** Combines several payloads into one. */
export interface Aggregator {
  /** Adds a payload. Returns the aggregate of the previous interval if that is over, else null. */
  add (payload: PayloadTree, time: number, mono: number): Aggregated | null
  /** The aggregate of what was added since; null if nothing was. */
  flush (): Aggregated | null
}

/** The aggregate of several readings, with the time of the last one. */
export interface Aggregated { payload: PayloadTree, time: number, mono: number }

interface Stat { min: number, max: number, sum: number, count: number, last: number }

const shorten = (value: number): number => Math.round(value * 1000) / 1000

const result = (stat: Stat, functions: readonly AggregateFunction[]): PayloadTree =>
  Object.fromEntries(functions.map(name => [name, name === 'mean' ? shorten(stat.sum / stat.count) : stat[name]]))

const put = (tree: PayloadTree, path: string, value: unknown): void => {
  const names = path.split('.')
  let at = tree
  for (const name of names.slice(0, -1)) at = (at[name] ??= {}) as PayloadTree
  at[names.at(-1)!] = value
}

/**
 * Aggregates readings over `everyMs`. A number becomes `{min, mean, max}` (as given by `functions`), a list of numbers
 * the list of its means, and anything else keeps its last value.
 */
export const createAggregator = (everyMs: number, functions: readonly AggregateFunction[]): Aggregator => {
  let numbers = new Map<string, Stat>()
  let lists = new Map<string, Stat[]>()
  let others = new Map<string, unknown>()
  let startedAt: number | null = null
  let last = { time: 0, mono: 0 }

  const merge = (stat: Stat | undefined, value: number): Stat =>
    stat === undefined
      ? { min: value, max: value, sum: value, count: 1, last: value }
      : {
          min: Math.min(stat.min, value),
          max: Math.max(stat.max, value),
          sum: stat.sum + value,
          count: stat.count + 1,
          last: value
        }

  const flush = (): Aggregated | null => {
    if (startedAt === null) return null
    startedAt = null
    const payload: PayloadTree = {}
    for (const [path, stat] of numbers) put(payload, path, result(stat, functions))
    for (const [path, stats] of lists) put(payload, path, stats.map(({ sum, count }) => shorten(sum / count)))
    for (const [path, value] of others) put(payload, path, value)
    numbers = new Map()
    lists = new Map()
    others = new Map()
    return { payload, ...last }
  }

  return {
    add: (payload, time, mono) => {
      const over = startedAt !== null && mono - startedAt >= everyMs ? flush() : null
      startedAt ??= mono
      last = { time, mono }
      eachLeaf(payload, (path, value) => {
        if (typeof value === 'number') numbers.set(path, merge(numbers.get(path), value))
        else if (Array.isArray(value) && value.length > 0 && value.every(item => typeof item === 'number')) {
          const before = lists.get(path)
          lists.set(
            path,
            value.map((item: number, i) => merge(before?.length === value.length ? before[i] : undefined, item))
          )
        } else others.set(path, value)
      })
      return over
    },
    flush
  }
}
