import { randomUUID } from 'node:crypto'
import { link, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { hasEnded, parseHolder, thisProcess, type Holder } from './holder.js'
import { fileOf, newest, numberOf } from './lock-files.js'
import { recordOf, renew, type Lease } from './renewal.js'

/** Rejected with this where a folder stays another process's. */
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
  /** Milliseconds to wait for another process to end; 0, the default, for none. */
  waitMs?: number
  /** Milliseconds without a renewal after which a process that can't be looked up counts as ended; 10 s by default. */
  staleMs?: number
  /** Called once, when another process has to be waited for. */
  onWait?: (holder: Holder) => void
  /** Called once, if another process took the folder over because this one stood still: it must write no more. */
  onLost: () => void
  /** Name of this host in the record; the system's by default. */
  host?: string
}

const POLL_MS = 200
const DEFAULT_STALE_MS = 10_000

/**
 * Most milliseconds that count as silence between two looks. A disk that hangs or a stop of this process makes the
 * pause between them long, and says nothing of the holder, which may have been held up as well.
 */
const MAX_SILENCE_PER_LOOK_MS = 1_000

/** A lease's record, when it was last looked at, and for how long it had not changed by then. */
interface Seen { number: number, text: string, at: number, silentMs: number }

/**
 * Reads a lock's record; null where its file is gone, because a newer one was made. Any other error says nothing of its
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

/** Makes lock `number` of a record that is written whole; false where another was faster. */
const claim = async (folder: string, number: number, record: string): Promise<boolean> => {
  // Written aside and linked, so that nobody ever reads half a lock.
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
  // Someone may have made this number, and the next, and cleaned up between the look and the link.
  if (await newest(folder) > number) {
    await rm(fileOf(folder, number), { force: true })
    return false
  }
  const older = (await readdir(folder)).filter(name => numberOf(name) > 0 && numberOf(name) < number)
  await Promise.all(older.map(name => rm(join(folder, name), { force: true })))
  return true
}

/**
 * Holds `folder` for this process, also against processes of other hosts and containers that share its disk. Rejects
 * with `LeaseHeldError` after `waitMs`.
 *
 * Lock `motience.lock.<n>` is rewritten every second by its holder. Whoever finds it given back (empty), its process
 * ended, or, where that can't be looked up, not rewritten for `staleMs` by a steady clock of one's own, may make number
 * n + 1, and only one can. The newest file is never deleted, so that a number is not made twice; a holder that stood
 * still sees the greater number.
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
