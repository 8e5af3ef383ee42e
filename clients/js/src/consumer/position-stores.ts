import type { Position } from '@motience/schemas'
import { runtime } from '#consumer-runtime'

/**
 * Stores a consumer's position with each producer across restarts. `save` receives all positions, not only changed
 * ones; calls never overlap.
 */
export interface PositionStore {
  load (): Position[] | Promise<Position[]>
  save (positions: Position[]): void | Promise<void>
}

/** Positions in memory, for the lifetime of the process. */
export const memoryPositions = (initial: Position[] = []): PositionStore => {
  let kept = initial
  return { load: () => kept, save: positions => { kept = positions } }
}

const isPosition = (value: unknown): value is Position =>
  typeof value === 'object' && value !== null &&
  ['producer_id', 'epoch', 'offset'].every(key => Number.isSafeInteger((value as Record<string, unknown>)[key]))

/** Parses stored positions; invalid ones are ignored. */
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
 * Positions in a file, which is replaced atomically. Throws in environments without files, such as browsers.
 */
export const filePositions = (path: string): PositionStore => {
  const { files } = runtime
  if (files === null) throw new TypeError('No files in this environment: use `storagePositions` or `memoryPositions`')
  return {
    load: async () => readPositions(await files.read(path)),
    save: async positions => { await files.replace(path, JSON.stringify(positions)) }
  }
}
