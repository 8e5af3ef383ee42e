import type { Position } from '@motience/schemas'
import { runtime } from '#consumer-runtime'

/**
 * Keeps how far a consumer has come with each producer, over restarts. `save` is given every position, not only the
 * changed ones; calls never overlap.
 */
export interface PositionStore {
  load (): Position[] | Promise<Position[]>
  save (positions: Position[]): void | Promise<void>
}

/** Positions of this process only. */
export const memoryPositions = (initial: Position[] = []): PositionStore => {
  let kept = initial
  return { load: () => kept, save: positions => { kept = positions } }
}

const isPosition = (value: unknown): value is Position =>
  typeof value === 'object' && value !== null &&
  ['producer_id', 'epoch', 'offset'].every(key => Number.isSafeInteger((value as Record<string, unknown>)[key]))

/** Positions out of what a store held; whatever is no position is left out, as if it had never been kept. */
export const readPositions = (text: string | null): Position[] => {
  try {
    const value: unknown = JSON.parse(text ?? '[]')
    return Array.isArray(value) ? value.filter(isPosition) : []
  } catch {
    return []
  }
}

/** The part of the Web Storage API that positions need. */
export interface KeyValueStorage {
  getItem (key: string): string | null
  setItem (key: string, value: string): void
}

/** Positions in `localStorage` or `sessionStorage`, under one key. */
export const storagePositions = (storage: KeyValueStorage, key: string): PositionStore => ({
  load: () => readPositions(storage.getItem(key)),
  save: positions => { storage.setItem(key, JSON.stringify(positions)) }
})

/**
 * Positions in a file, replaced as a whole, so that a crash leaves the old ones or the new. Throws where there are no
 * files, as in a browser.
 */
export const filePositions = (path: string): PositionStore => {
  const { files } = runtime
  if (files === null) throw new TypeError('There are no files here: use `storagePositions` or `memoryPositions`')
  return {
    load: async () => readPositions(await files.read(path)),
    save: async positions => { await files.replace(path, JSON.stringify(positions)) }
  }
}
