import { readFileSync } from 'node:fs'
import { randomUUID } from 'node:crypto'

/**
 * Milliseconds since boot, by a clock that never jumps. On Linux it is CLOCK_MONOTONIC, which all processes of a boot
 * share, so that it orders readings of different runs.
 */
export const monotonicMs = (): number => {
  const [seconds, nanoseconds] = process.hrtime()
  return Math.round(seconds * 1000 + nanoseconds / 1e6)
}

/** Id of the current boot; if the system has none, one for this process. */
export const readBootId = (root = '/'): string => {
  try {
    return readFileSync(`${root}proc/sys/kernel/random/boot_id`, 'utf8').trim().slice(0, 36)
  } catch {
    return randomUUID()
  }
}
