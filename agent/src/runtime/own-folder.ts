import { acquireLease, LeaseHeldError } from '@motience/lease'
import type { Logger } from '../log/logger.js'

/** Most milliseconds to wait for another process: long enough to tell that one of another container has ended. */
const BUFFER_WAIT_MS = 15_000

/**
 * Keeps a buffer's folder to this process, or the same readings would be sent by two, and kept twice. Resolves to what
 * gives it back; rejects with `LeaseHeldError` where another process keeps it. A disk that can't be written is no
 * hindrance: the buffer then keeps readings in memory.
 */
export const ownFolder = async (
  dir: string | null, logger: Logger, waitMs = BUFFER_WAIT_MS
): Promise<() => Promise<void>> => {
  if (dir === null) return async () => {}
  try {
    const lease = await acquireLease(dir, {
      waitMs,
      onWait: ({ host, pid }) => {
        logger.warn('Buffer is in use, waiting for its process to end', { dir, host, pid })
      },
      onLost: () => {
        logger.error('Another process took the buffer over while this one stood still: it ends now', { dir })
        process.exit(1)
      }
    })
    return async () => { await lease.release() }
  } catch (error) {
    if (error instanceof LeaseHeldError) throw error
    logger.warn('Could not mark the buffer as in use', { dir, code: (error as NodeJS.ErrnoException).code })
    return async () => {}
  }
}
