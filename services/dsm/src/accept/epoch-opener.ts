import type { Broker, LogHead } from '@motience/broker'
import type { Database } from '@motience/kit'
import type { DsmMetrics } from '../metrics.js'
import type { Completion } from '../storage/completion.js'
import { allocateEpoch, closeEpochs } from '../storage/epochs.js'
import type { SubscriptionSource } from '../subscriber-list.js'
import { commitsEnded, type Lane } from './lane.js'

/** Collaborators of the epoch opener. */
export interface EpochOpenerDependencies {
  database: Database
  broker: Broker
  source: SubscriptionSource
  completion: Completion
  persist: boolean
  metrics: Pick<DsmMetrics, 'epochsOpened'>
  /** Milliseconds since 1970. */
  now: () => number
}

/** Opens a new epoch for a lane whose log this run of the broker can't verify. */
export type OpenNewEpoch = (lane: Lane, head: LogHead) => Promise<void>

/**
 * A broker that was restarted may have lost its latest messages and versions, so its log is not continued: what
 * PostgreSQL lacks of it is stored, and a new epoch begins with SM's version, in which each device session is looked up
 * in PostgreSQL. If another instance was faster nothing is done, and the next call of the broker shows it.
 */
export const createEpochOpener =
  ({ database: { sql }, broker, source, completion, persist, metrics, now }: EpochOpenerDependencies): OpenNewEpoch =>
    async (lane, head) => {
      const { producerId } = lane
      await commitsEnded(lane)
      if (persist) await completion.complete(producerId, head)
      const subscribers = await source.subscribers(producerId)
      const epoch = await allocateEpoch(sql, producerId, head.epoch, now())
      const opened = await broker.openEpoch({ producerId, epoch, expected: head, version: subscribers.version })
      lane.subscribers = subscribers
      if (!opened) return
      metrics.epochsOpened.inc()
      lane.seen = { epoch, offset: 0 }
      await closeEpochs(sql, producerId, epoch, [head])
    }
