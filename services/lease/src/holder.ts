import { readFile, readlink } from 'node:fs/promises'
import { hostname } from 'node:os'

/**
 * The holder of a lease. `startedAt` distinguishes a process from a later one with the same pid; `processes` identifies
 * the boot and the PID namespace of the pid. Both are '' if the system does not provide them.
 */
export interface Holder { host: string, pid: number, startedAt: string, processes: string }

// Field 22 of /proc/<pid>/stat (proc(5)), counted after the command's name, which may contain spaces and brackets.
const startTime = async (pid: number): Promise<string> => {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
}

const namespace = async (): Promise<string> => {
  try {
    const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8')
    return `${boot.trim()} ${await readlink('/proc/self/ns/pid')}`
  } catch {
    return ''
  }
}

/** This process, on this host or under another name. */
export const thisProcess = async (host = hostname()): Promise<Holder> =>
  ({ host, pid: process.pid, startedAt: await startTime(process.pid), processes: await namespace() })

/** Whether a holder is known to have exited, which is only possible if its pid can be looked up here. */
export const hasEnded = async (holder: Holder, self: Holder): Promise<boolean> => {
  if (holder.processes === '' ? holder.host !== self.host : holder.processes !== self.processes) return false
  try {
    process.kill(holder.pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return true
  }
  return await startTime(holder.pid) !== holder.startedAt
}

/** Parses a holder's record; null if it is invalid. */
export const parseHolder = (text: string): Holder | null => {
  try {
    const { host, pid, startedAt, processes } = JSON.parse(text) as Partial<Holder>
    return typeof host === 'string' &&
      typeof pid === 'number' &&
      typeof startedAt === 'string' &&
      typeof processes === 'string'
      ? { host, pid, startedAt, processes }
      : null
  } catch {
    return null
  }
}
