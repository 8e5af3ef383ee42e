import { readdirSync, readFileSync, statfsSync } from 'node:fs'
import { join } from 'node:path'

/** Space of a file system, in bytes. */
export interface Space { total: number, available: number, files: number, filesFree: number }

/** The files that sensors read, below one root folder. Nothing throws: what can't be read is null or empty. */
export interface SystemFiles {
  /** The trimmed text of a file. */
  read (path: string): string | null
  /** The number in a file. */
  number (path: string): number | null
  /** Names in a folder, in natural order. */
  list (path: string): string[]
  space (path: string): Space | null
}

const byNumber = new Intl.Collator('en', { numeric: true }).compare

/** Reads `/proc`, `/sys` and the like below `root`, which tests replace with fixtures. */
export const createSystemFiles = (root = '/'): SystemFiles => {
  const read = (path: string): string | null => {
    try {
      return readFileSync(join(root, path), 'utf8').trim()
    } catch {
      return null
    }
  }
  return {
    read,
    number: path => {
      const text = read(path)
      if (text === null || text === '') return null
      const value = Number(text)
      return Number.isFinite(value) ? value : null
    },
    list: path => {
      try {
        return readdirSync(join(root, path)).sort(byNumber)
      } catch {
        return []
      }
    },
    space: path => {
      try {
        const { bsize, blocks, bavail, files, ffree } = statfsSync(join(root, path))
        return { total: blocks * bsize, available: bavail * bsize, files, filesFree: ffree }
      } catch {
        return null
      }
    }
  }
}
