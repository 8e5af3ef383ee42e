import type { Database, Logger } from '@motience/kit'
import type { DsmMetrics } from '../metrics.js'
import type { Retention } from '../settings.js'
import { dropPartition, listPartitions, type Partition } from './partitions.js'

const DAY_MS = 86_400_000

/** SQLSTATEs of a partition that another instance has dropped, or that is being read. */
const NO_SUCH_TABLE = '42P01'
const LOCK_NOT_AVAILABLE = '55P03'

/**
 * The days that retention drops, oldest first: those that ended before the maximum age, and the oldest ones while the
 * total exceeds the maximum size. The day of `nowMs` and later ones always stay.
 */
export const expiredPartitions = (
  partitions: readonly Partition[],
  { ageDays, bytes }: Retention,
  nowMs: number
): Partition[] => {
  let total = partitions.reduce((sum, partition) => sum + partition.bytes, 0)
  return partitions.filter(({ dayMs, bytes: size }) => {
    const ended = dayMs + DAY_MS <= nowMs
    const tooOld = ageDays !== null && dayMs + DAY_MS + ageDays * DAY_MS <= nowMs
    if (!ended || !(tooOld || (bytes !== null && total > bytes))) return false
    total -= size
    return true
  })
}

/** Drops what has exceeded the retention, in whole days. A day that is in use is left to the next round. */
export const enforceRetention = async (
  database: Database,
  retention: Retention,
  nowMs: number,
  logger: Logger,
  metrics: Pick<DsmMetrics, 'droppedPartitions'>
): Promise<void> => {
  for (const partition of expiredPartitions(await listPartitions(database), retention, nowMs)) {
    try {
      await dropPartition(database, partition)
      metrics.droppedPartitions.inc()
      logger.info({ partition: partition.name, bytes: partition.bytes }, 'Dropped a day of history')
    } catch (error) {
      const { code } = error as { code?: unknown }
      if (code !== NO_SUCH_TABLE && code !== LOCK_NOT_AVAILABLE) throw error
    }
  }
}
