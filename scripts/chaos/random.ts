import { seededRandom } from '@motience/testing'

/** Seeded pseudo-random numbers: the same seed selects the same faults. */
export interface Random {
  /** In [0, 1). */
  next (): number
  /** An integer in [from, to]. */
  between (from: number, to: number): number
  pick<T> (items: readonly T[]): T
}

export const createRandom = (seed: number): Random => {
  const next = seededRandom(seed)
  const between = (from: number, to: number): number => from + Math.floor(next() * (to - from + 1))
  const pick = <T>(items: readonly T[]): T => {
    const item = items[between(0, items.length - 1)]
    if (item === undefined) throw new Error('No items to pick from')
    return item
  }
  return { next, between, pick }
}
