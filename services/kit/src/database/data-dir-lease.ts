import { chmod } from 'node:fs/promises'
import { acquireLease, LeaseHeldError, type Lease } from '@motience/lease'
import { DataDirInUseError } from './database.js'
import type { DatabaseLogger } from './logger.js'

/**
 * Reserves `DATA_DIR` for this process, and for this user, since it contains password hashes. Two processes on one
 * embedded database would destroy it, so a process that was suspended for so long that another one took over exits
 * immediately, without a last write. Rejects with `DataDirInUseError` after `waitMs`.
 */
export const leaseDataDir = async (folder: string, waitMs: number, logger: DatabaseLogger): Promise<Lease> => {
  try {
    const lease = await acquireLease(folder, {
      waitMs,
      onWait: ({ host, pid }) => {
        logger.warn({ folder, host, pid, wait_ms: waitMs }, 'DATA_DIR is in use, waiting for its process to end')
      },
      onLost: () => {
        console.error(`Another process took over ${folder} while this one was suspended, exiting`)
        process.exit(1)
      }
    })
    if (process.platform !== 'win32') await chmod(folder, 0o700)
    return lease
  } catch (error) {
    if (!(error instanceof LeaseHeldError)) throw error
    throw new DataDirInUseError(`DATA_DIR ${error.message}: stop it first, or choose another DATA_DIR`, {
      cause: error
    })
  }
}
