import { readFileSync } from 'node:fs'

/** What Linux counts of a process. */
export interface ProcessStats {
  /** Resident memory, in MiB. */
  rssMib: number
  /** User and system time, in seconds. */
  cpuSecs: number
  /** Bytes that it made dirty and that have to be written to a disk. */
  diskBytes: number
}

/** Ticks a second of /proc/<pid>/stat, on every Linux that Node runs on. */
const TICKS = 100

const find = (text: string, pattern: RegExp): number => Number(pattern.exec(text)?.[1] ?? Number.NaN)

/** Reads a running process' counters (proc_pid_status(5), proc_pid_stat(5), proc_pid_io(5)). */
export const readProcess = (pid: number): ProcessStats => {
  const read = (name: string) => readFileSync(`/proc/${pid}/${name}`, 'utf8')
  const fields = read('stat').split(') ')[1]!.split(' ')
  return {
    rssMib: find(read('status'), /^VmRSS:\s+(\d+) kB/m) / 1024,
    cpuSecs: (Number(fields[11]) + Number(fields[12])) / TICKS,
    diskBytes: find(read('io'), /^write_bytes: (\d+)/m)
  }
}

/** The value below which so many per cent of the values are. */
export const percentile = (values: readonly number[], percent: number): number => {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * percent / 100) - 1)] ?? Number.NaN
}
