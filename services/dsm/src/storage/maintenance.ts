import type { Broker } from '@motience/broker'
import type { Database, Logger } from '@motience/kit'
import type { DsmMetrics } from '../metrics.js'
import type { DsmSettings } from '../settings.js'
import type { Completion } from './completion.js'
import { producersWithEpochs, producersWithoutEpochs } from './epochs.js'
import { comingDays, ensurePartitions } from './partitions.js'
import { enforceRetention } from './retention.js'

/** Days whose partitions are made ahead, and producers that one query of a round takes. */
const DAYS_AHEAD = 3
const PRODUCERS = 500

/** What upkeep needs. */
export interface UpkeepOptions {
  database: Database
  broker: Broker
  completion: Completion
  settings: Pick<DsmSettings, 'persist' | 'retention' | 'upkeepMs'>
  logger: Logger
  metrics: Pick<DsmMetrics, 'droppedPartitions'>
  /** Milliseconds since 1970. */
  now?: () => number
}

/** What has to be done now and then, in the background. */
export interface Upkeep {
  /**
   * One round: partitions ahead, retention, and each producer's log trimmed and its history completed. Rejects where a
   * part can't be reached.
   */
  round (): Promise<void>
  close (): Promise<void>
}

/** Starts a round at once and one after each `upkeepMs`; rounds of one instance never overlap. */
export const createUpkeep = ({
  database, broker, completion, settings, logger, metrics, now = Date.now
}: UpkeepOptions): Upkeep => {
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> | null = null
  let closed = false
  /** Once after the start is enough: PostgreSQL is put back while no service runs. */
  let lookedForForgotten = false

  const checkLogs = async (): Promise<void> => {
    let afterId = 0
    for (;;) {
      const producerIds = await producersWithEpochs(database.sql, afterId, PRODUCERS)
      if (producerIds.length === 0) return
      const heads = await broker.heads(producerIds)
      for (const [index, producerId] of producerIds.entries()) {
        if (closed) return
        const head = heads[index]!
        // Complete first: only what is stored is trimmed.
        if (settings.persist) await completion.complete(producerId, head)
        await broker.trimLog(producerId, settings.persist ? head : undefined)
      }
      afterId = producerIds.at(-1)!
    }
  }

  /**
   * Completes producers that the broker knows and PostgreSQL does not: it was put back to a state before their first
   * message.
   */
  const checkForgotten = async (): Promise<void> => {
    for await (const producerIds of broker.producers()) {
      const forgotten = await producersWithoutEpochs(database.sql, producerIds)
      const heads = await broker.heads(forgotten)
      for (const [index, producerId] of forgotten.entries()) {
        if (closed) return
        await completion.complete(producerId, heads[index]!)
      }
    }
  }

  const run = async (): Promise<void> => {
    await ensurePartitions(database, comingDays(now(), DAYS_AHEAD))
    await enforceRetention(database, settings.retention, now(), logger, metrics)
    await checkLogs()
    if (settings.persist && !lookedForForgotten) {
      await checkForgotten()
      lookedForForgotten = true
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
      logger.warn({ err: error }, 'Failed a round of upkeep; it is tried again')
    }
    if (!closed) timer = setTimeout(() => { tick() }, settings.upkeepMs).unref()
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
