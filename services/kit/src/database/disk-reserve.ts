import { closeSync, fsyncSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'

const CHUNK = Buffer.alloc(1_048_576)

/** Space on a disk that is set aside for the moment in which the disk is full. */
export interface DiskReserve {
  /** Whether the space is set aside now. */
  readonly held: boolean
  /** Gives the space back to the disk. */
  release (): void
  /** Sets the space aside again; false where the disk has no room for it. */
  restore (): boolean
}

/** A file of `bytes` zeros, written and not sparse, so that removing it leaves that much room. */
export const createDiskReserve = (file: string, bytes: number): DiskReserve => {
  let held = false

  const release = (): void => {
    rmSync(file, { force: true })
    held = false
  }

  const hasRoom = (): boolean => {
    const { bavail, bsize } = statfsSync(dirname(file))
    return bavail * bsize >= bytes
  }

  const restore = (): boolean => {
    if (held) return true
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
      held = true
    } catch {
      release()
    }
    return held
  }

  return { get held () { return held }, release, restore }
}
