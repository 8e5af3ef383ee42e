import { link, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
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

const NAME = /^motience\.lock\.(\d+)$/

const highest = async (folder: string): Promise<number> =>
  Math.max(0, ...(await readdir(folder)).map(name => Number(NAME.exec(name)?.[1] ?? 0)))

/**
 * Holds `folder` for this process, so that no two processes of one machine write to one embedded database, which
 * would destroy it. A lock whose process is gone (a power cut, SIGKILL) is taken over.
 * Returns what gives it back. Rejects with `DataDirInUseError`.
 *
 * Whoever finds `motience.lock.<n>` given back or its process gone, which stays so for ever, may make number n + 1,
 * and only one can. The newest file is never deleted, so that a number is not made twice.
 */
export const lockDataDir = async (folder: string): Promise<() => Promise<void>> => {
  await mkdir(folder, { recursive: true })
  const file = (number: number) => join(folder, `motience.lock.${number}`)
  const mine: Holder = { pid: process.pid, startedAt: await startTime(process.pid), host: hostname() }
  // Written aside and linked, so that nobody ever reads half a lock.
  const draft = join(folder, `.motience.lock.${randomUUID()}`)
  await writeFile(draft, JSON.stringify(mine), { mode: 0o600 })
  try {
    for (;;) {
      const last = await highest(folder)
      const holder = await readHolder(file(last))
      if (holder && await isAlive(holder)) throw inUse(folder, holder.pid)
      const next = last + 1
      try {
        await link(draft, file(next))
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
        continue
      }
      // Someone may have made this number, and the next, and cleaned up between the look and the link.
      if (await highest(folder) > next) {
        await rm(file(next), { force: true })
        continue
      }
      await Promise.all((await readdir(folder))
        .filter(name => Number(NAME.exec(name)?.[1] ?? next) < next)
        .map(name => rm(join(folder, name), { force: true })))
      return () => writeFile(file(next), '')
    }
  } finally {
    await rm(draft, { force: true })
  }
}
