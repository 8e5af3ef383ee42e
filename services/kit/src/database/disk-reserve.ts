import { closeSync, fsyncSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'

const CHUNK = Buffer.alloc(1_048_576)

/** Disk space that is reserved for when the disk is full. */
export interface DiskReserve {
  /** Whether the space is allocated now. */
  readonly held: boolean
  /** Frees the space. */
  release (): void
  /** Allocates the space again; false if the disk has too little. */
  restore (): boolean
}

/** A file of `bytes` zeros, written and not sparse, so that removing it frees that much space. */
export const createDiskReserve = (file: string, bytes: number): DiskReserve => {
  let reserved = false

  const release = (): void => {
    rmSync(file, { force: true })
    reserved = false
  }

  const hasRoom = (): boolean => {
    const { bavail, bsize } = statfsSync(dirname(file))
    return bavail * bsize >= bytes
  }

  const restore = (): boolean => {
    if (reserved) return true
    try {
      release()
      if (!hasRoom()) return false
      const descriptor = openSync(file, 'w', 0o600)
      try {
        for (let left = bytes; left > 0;) left -= writeSync(descriptor, CHUNK, 0, Math.min(left, CHUNK.length))
        fsyncSync(descriptor)
      } finally {
        closeSync(descriptor)
      }
      reserved = true
    } catch {
      release()
    }
    return reserved
  }

  return { get held () { return reserved }, release, restore }
}
