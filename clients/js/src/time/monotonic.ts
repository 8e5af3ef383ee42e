import { readFileSync } from 'node:fs'
import { randomUUID } from 'node:crypto'

/**
 * Milliseconds since the device's boot, of a clock that never jumps. On Linux it is CLOCK_MONOTONIC, the same for every
 * process of one boot, so that it orders readings of different runs of the agent.
 */
export const monotonicMs = (): number => {
  const [seconds, nanoseconds] = process.hrtime()
  return Math.round(seconds * 1000 + nanoseconds / 1e6)
}

/** Names the device's boot; where the system tells none, this process alone. */
export const readBootId = (root = '/'): string => {
  try {
    return readFileSync(`${root}proc/sys/kernel/random/boot_id`, 'utf8').trim().slice(0, 36)
  } catch {
    return randomUUID()
  }
}
