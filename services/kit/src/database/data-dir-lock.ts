import { mkdir, readFile, rename, rm, writeFile, link } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { randomUUID } from 'node:crypto'
import { DataDirInUseError } from './database.js'

/** Who holds a folder. `startedAt` tells a process from a later one with the same number; '' where the system does not tell. */
interface Holder { pid: number, startedAt: string, host: string }

// Field 22 of /proc/<pid>/stat (proc(5)), counted after the command's name, which may hold spaces and brackets.
const startTime = async (pid: number): Promise<string> => {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
}

const isAlive = async (holder: Holder): Promise<boolean> => {
  if (holder.host !== hostname()) return false
  try {
    process.kill(holder.pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false
  }
  return await startTime(holder.pid) === holder.startedAt
}

const readHolder = async (file: string): Promise<Holder | null> => {
  try {
    const holder = JSON.parse(await readFile(file, 'utf8')) as Partial<Holder>
    return typeof holder.pid === 'number' && typeof holder.startedAt === 'string' && typeof holder.host === 'string' ? holder as Holder : null
  } catch {
    return null
  }
}

const inUse = (folder: string, pid: number) => new DataDirInUseError(
  `DATA_DIR ${folder} is in use by process ${pid}${pid === process.pid ? ' (this one)' : ''}: stop it first, or choose another DATA_DIR`)

/**
 * Holds `folder` for this process, so that no two processes of one machine write to one embedded database, which
 * would destroy it. A lock whose process is gone (a power cut, SIGKILL) is taken over.
 * Returns what gives it back. Rejects with `DataDirInUseError`.
 */
export const lockDataDir = async (folder: string): Promise<() => Promise<void>> => {
  await mkdir(folder, { recursive: true })
  const file = join(folder, 'motience.lock')
  const mine: Holder = { pid: process.pid, startedAt: await startTime(process.pid), host: hostname() }
  // Written aside and linked, so that nobody ever reads half a lock.
  const draft = join(folder, `motience.lock.${randomUUID()}`)
  await writeFile(draft, JSON.stringify(mine), { mode: 0o600 })
  try {
    for (;;) {
      try {
        await link(draft, file)
        return () => rm(file, { force: true })
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      }
      const holder = await readHolder(file)
      if (holder && await isAlive(holder)) throw inUse(folder, holder.pid)
      await takeAway(folder, file)
    }
  } finally {
    await rm(draft, { force: true })
  }
}

// Between the look and the move another process may have taken the lock over: what was moved is looked at again.
const takeAway = async (folder: string, file: string): Promise<void> => {
  const aside = join(folder, `motience.lock.${randomUUID()}`)
  try {
    await rename(file, aside)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
    throw error
  }
  try {
    const holder = await readHolder(aside)
    if (!holder || !await isAlive(holder)) return
    await link(aside, file).catch(() => {})
    throw inUse(folder, holder.pid)
  } finally {
    await rm(aside, { force: true })
  }
}
