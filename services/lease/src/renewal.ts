import { readdirSync, writeSync } from 'node:fs'
import { open, writeFile, type FileHandle } from 'node:fs/promises'
import type { Holder } from './holder.js'
import { fileOf, numberOf } from './lock-files.js'

/** Milliseconds between two renewals. */
const RENEW_MS = 1_000

/** Milliseconds without a renewal, from which on a holder has to look whether the lease is still its own. */
const DOUBT_MS = 3_000

/** A lease that is held, and renewed by itself. */
export interface Lease {
  /**
   * Whether the folder is still this process's. Cheap while renewals come in time; a process that stood still, or was
   * busy, for seconds looks at the disk and renews at once. Once it is false the process must write no more.
   */
  isHeld (): boolean
  /** Gives the folder back. */
  release (): Promise<void>
}

/** The record of a renewal: always of the same length, so that it is written in place, on a full disk too. */
export const recordOf = (holder: Holder, renewals: number): string =>
  JSON.stringify({ ...holder, renewals: String(renewals).padStart(12, '0') })

/**
 * Renews lease number `number` until it is released; calls `onLost` once, if another process has taken the folder over.
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
    } catch {} // a disk that can't be read now says nothing of who holds it
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
      // the steady clock stands still while a virtual machine is suspended, the wall clock may be set back
      if (held && Math.max(Date.now() - renewedAt, performance.now() - steadyAt) > DOUBT_MS) beatNow()
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
