import { acquireLease, LeaseHeldError } from '@motience/lease'
import type { Logger } from '../log/logger.js'

/** Maximum time to wait for another process: enough to detect that one in another container has ended. */
const BUFFER_WAIT_MS = 15_000

/**
 * Locks a buffer's folder for this process: two would send the same readings, which would be stored twice. Resolves to
 * a function that releases it; rejects with `LeaseHeldError` if another process holds it. A read-only disk does not
 * reject, since the buffer then keeps readings in memory.
 */
export const lockBufferDir = async (
  dir: string | null, logger: Logger, waitMs = BUFFER_WAIT_MS
): Promise<() => Promise<void>> => {
  if (dir === null) return async () => {}
  try {
    const lease = await acquireLease(dir, {
      waitMs,
      onWait: ({ host, pid }) => {
        logger.warn('Buffer is in use, waiting for the other process to end', { dir, host, pid })
      },
      onLost: () => {
        logger.error('Another process took over the buffer while this one was suspended, exiting', { dir })
        process.exit(1)
      }
    })
    return async () => { await lease.release() }
  } catch (error) {
    if (error instanceof LeaseHeldError) throw error
    logger.warn('Could not lock the buffer, continuing without a lock', {
      dir,
      code: (error as NodeJS.ErrnoException).code
    })
    return async () => {}
  }
}
