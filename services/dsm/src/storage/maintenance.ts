import type { Broker } from '@motience/broker'
import type { Database, Logger } from '@motience/kit'
import type { DsmMetrics } from '../metrics.js'
import type { DsmSettings } from '../settings.js'
import type { Completion } from './completion.js'
import { producersWithEpochs, producersWithoutEpochs } from './epochs.js'
import { comingDays, ensurePartitions } from './partitions.js'
import { enforceRetention } from './retention.js'

/** Days whose partitions are created ahead, and producers per query. */
const DAYS_AHEAD = 3
const PRODUCERS = 500

/** Collaborators of maintenance. */
export interface MaintenanceDependencies {
  database: Database
  broker: Broker
  completion: Completion
  settings: Pick<DsmSettings, 'persist' | 'retention' | 'maintenanceMs'>
  logger: Logger
  metrics: Pick<DsmMetrics, 'droppedPartitions'>
  /** Milliseconds since 1970. */
  now?: () => number
}

/** Periodic background work. */
export interface Maintenance {
  /**
   * One round: creates partitions ahead, enforces retention, completes each producer's history and trims its log.
   * Rejects if the database or the broker can't be reached.
   */
  round (): Promise<void>
  close (): Promise<void>
}

/** Starts a round immediately and another after each `maintenanceMs`; rounds of one instance never overlap. */
export const createMaintenance = ({
  database, broker, completion, settings, logger, metrics, now = Date.now
}: MaintenanceDependencies): Maintenance => {
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> | null = null
  let closed = false
  /** Checking once after the start is enough: PostgreSQL is restored while no service runs. */
  let checkedUnknown = false

  const checkLogs = async (): Promise<void> => {
    let afterId = 0
    for (;;) {
      const producerIds = await producersWithEpochs(database.sql, afterId, PRODUCERS)
      if (producerIds.length === 0) return
      const heads = await broker.heads(producerIds)
      for (const [index, producerId] of producerIds.entries()) {
        if (closed) return
        const head = heads[index]!
        // Completing comes first: only what is stored is trimmed.
        if (settings.persist) await completion.complete(producerId, head)
        await broker.trimLog(producerId, settings.persist ? head : undefined)
      }
      afterId = producerIds.at(-1)!
    }
  }

  /**
   * Completes producers that the broker knows and PostgreSQL does not, because it was restored from a backup made
   * before their first message.
   */
  const completeUnknownProducers = async (): Promise<void> => {
    for await (const producerIds of broker.producers()) {
      const unknown = await producersWithoutEpochs(database.sql, producerIds)
      const heads = await broker.heads(unknown)
      for (const [index, producerId] of unknown.entries()) {
        if (closed) return
        await completion.complete(producerId, heads[index]!)
      }
    }
  }

  const run = async (): Promise<void> => {
    await ensurePartitions(database, comingDays(now(), DAYS_AHEAD))
    await enforceRetention(database, settings.retention, now(), logger, metrics)
    await checkLogs()
    if (settings.persist && !checkedUnknown) {
      await completeUnknownProducers()
      checkedUnknown = true
    }
  }

  const round = (): Promise<void> => {
    running ??= run().finally(() => { running = null })
    return running
  }

  const tick = async (): Promise<void> => {
    try {
      await round()
    } catch (error) {
      logger.warn({ err: error }, 'Maintenance failed, retrying with the next round')
    }
    if (!closed) timer = setTimeout(() => { tick() }, settings.maintenanceMs).unref()
  }
  tick()

  return {
    round,
    async close () {
      closed = true
      clearTimeout(timer)
      await running?.catch(() => {})
    }
  }
}
