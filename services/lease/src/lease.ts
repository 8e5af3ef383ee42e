import { randomUUID } from 'node:crypto'
import { link, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { hasEnded, parseHolder, thisProcess, type Holder } from './holder.js'
import { fileOf, newest, numberOf } from './lock-files.js'
import { recordOf, renew, type Lease } from './renewal.js'

/** The folder is in use by another process. */
export class LeaseHeldError extends Error {
  override name = 'LeaseHeldError'
  constructor (readonly folder: string, readonly holder: Holder) {
    super(
      `${folder} is in use by process ${holder.pid}${holder.pid === process.pid ? ' (this one)' : ''} of host ` +
      `${holder.host}`
    )
  }
}

export interface LeaseOptions {
  /** Maximum time to wait for another process to exit, in milliseconds; 0 by default. */
  waitMs?: number
  /**
   * Time without a renewal after which a process that can't be looked up counts as exited, in milliseconds; 10 s by
   * default.
   */
  staleMs?: number
  /** Called once, if another process has to be waited for. */
  onWait?: (holder: Holder) => void
  /**
   * Called once, if another process took over the folder because this one was suspended: it must not write any more.
   */
  onLost: () => void
  /** Name of this host in the record; the system's by default. */
  host?: string
}

const POLL_MS = 200
const DEFAULT_STALE_MS = 10_000

/**
 * Maximum time that counts as silence between two reads, in milliseconds. If the disk hangs or this process is
 * suspended, the interval is long, which means nothing about the holder: it may have been delayed as well.
 */
const MAX_SILENCE_PER_LOOK_MS = 1_000

/** A lease's record, when it was read last, and for how long it had been unchanged. */
interface Seen { number: number, text: string, at: number, silentMs: number }

/**
 * Reads a lock's record; null if its file is gone because there is a newer one. Any other error means nothing about its
 * holder.
 */
const readRecord = async (file: string): Promise<string | null> => {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    return null
  }
}

/** Creates lock `number` with a complete record; false if another process was faster. */
const claim = async (folder: string, number: number, record: string): Promise<boolean> => {
  // Written to a draft and linked, so that an incomplete lock can't be read.
  const draft = join(folder, `.motience.lock.${randomUUID()}`)
  await writeFile(draft, record, { mode: 0o600 })
  try {
    await link(draft, fileOf(folder, number))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    return false
  } finally {
    await rm(draft, { force: true })
  }
  // Another process may have created this number and the next, and cleaned up, between reading and linking.
  if (await newest(folder) > number) {
    await rm(fileOf(folder, number), { force: true })
    return false
  }
  const older = (await readdir(folder)).filter(name => numberOf(name) > 0 && numberOf(name) < number)
  await Promise.all(older.map(name => rm(join(folder, name), { force: true })))
  return true
}

/**
 * Acquires `folder` for this process, also against processes of other hosts and containers that share its disk. Rejects
 * with `LeaseHeldError` after `waitMs`.
 *
 * Lock `motience.lock.<n>` is rewritten every second by its holder. A process that finds it released (empty), its
 * holder exited, or, if that can't be looked up, not rewritten for `staleMs` by its own monotonic clock, may create
 * number n + 1, and only one can. The newest file is never deleted, so that no number is created twice; a holder that
 * was suspended sees the higher number.
 */
export const acquireLease = async (folder: string, options: LeaseOptions): Promise<Lease> => {
  const { waitMs = 0, staleMs = DEFAULT_STALE_MS, onWait, onLost, host } = options
  await mkdir(folder, { recursive: true })
  const self = await thisProcess(host)
  const giveUpAt = performance.now() + waitMs
  let seen: Seen = { number: -1, text: '', at: 0, silentMs: 0 }
  let told = false
  for (;;) {
    const number = await newest(folder)
    const text = number === 0 ? '' : await readRecord(fileOf(folder, number))
    if (text === null) continue
    const holder = parseHolder(text)
    const now = performance.now()
    const same = seen.number === number && seen.text === text
    const silentMs = same ? seen.silentMs + Math.min(now - seen.at, MAX_SILENCE_PER_LOOK_MS) : 0
    seen = { number, text, at: now, silentMs }
    if (holder === null || await hasEnded(holder, self) || silentMs > staleMs) {
      if (await claim(folder, number + 1, recordOf(self, 0))) return await renew(folder, number + 1, self, onLost)
      continue
    }
    if (now >= giveUpAt) throw new LeaseHeldError(folder, holder)
    if (!told) onWait?.(holder)
    told = true
    await pause(POLL_MS)
  }
}
