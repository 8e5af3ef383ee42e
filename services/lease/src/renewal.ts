import { readdirSync, writeSync } from 'node:fs'
import { open, writeFile, type FileHandle } from 'node:fs/promises'
import type { Holder } from './holder.js'
import { fileOf, numberOf } from './lock-files.js'

/** Milliseconds between renewals. */
const RENEW_MS = 1_000

/** Time without a renewal, in milliseconds, after which the holder has to check whether it still has the lease. */
const RECHECK_MS = 3_000

/** An acquired lease, which renews itself. */
export interface Lease {
  /**
   * Whether this process still has the folder. Cheap while renewals are on time; after a suspension or a busy period of
   * seconds, it reads the disk and renews immediately. Once it returns false, the process must not write any more.
   */
  isHeld (): boolean
  /** Releases the folder. */
  release (): Promise<void>
}

/** The record of a renewal: always of the same length, so that it is written in place, even on a full disk. */
export const recordOf = (holder: Holder, renewals: number): string =>
  JSON.stringify({ ...holder, renewals: String(renewals).padStart(12, '0') })

/**
 * Renews lease number `number` until it is released; calls `onLost` once, if another process has taken over the folder.
 */
export const renew = async (folder: string, number: number, holder: Holder, onLost: () => void): Promise<Lease> => {
  const file = fileOf(folder, number)
  const handle: FileHandle = await open(file, 'r+')
  let renewals = 0
  let renewedAt = Date.now()
  let steadyAt = performance.now()
  let held = true
  let writing: Promise<void> = Promise.resolve()

  const lose = (): void => {
    if (!held) return
    held = false
    clearInterval(timer)
    onLost()
  }

  const look = (): void => {
    try {
      if (readdirSync(folder).some(name => numberOf(name) > number)) lose()
    } catch {} // A disk that can't be read means nothing about the holder.
  }

  const renewed = (): void => {
    renewedAt = Date.now()
    steadyAt = performance.now()
  }

  const beat = async (): Promise<void> => {
    look()
    if (!held) return
    await handle.write(recordOf(holder, ++renewals), 0).then(renewed, () => {})
  }

  const beatNow = (): void => {
    look()
    if (!held) return
    try {
      writeSync(handle.fd, recordOf(holder, ++renewals), 0)
      renewed()
    } catch {}
  }

  const timer = setInterval(() => { writing = writing.then(beat) }, RENEW_MS)
  timer.unref()

  return {
    isHeld () {
      // The monotonic clock stops while a virtual machine is suspended; the wall clock may be set back.
      if (held && Math.max(Date.now() - renewedAt, performance.now() - steadyAt) > RECHECK_MS) beatNow()
      return held
    },
    async release () {
      clearInterval(timer)
      await writing
      await handle.close()
      if (held) await writeFile(file, '')
      held = false
    }
  }
}
