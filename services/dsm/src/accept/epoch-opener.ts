import type { Broker, LogHead } from '@motience/broker'
import type { Database } from '@motience/kit'
import type { DsmMetrics } from '../metrics.js'
import type { Completion } from '../storage/completion.js'
import { allocateEpoch, closeEpochs } from '../storage/epochs.js'
import type { SubscriptionSource } from '../subscriber-list.js'
import { commitsEnded, type Lane } from './lane.js'

/** What the verifier needs. */
export interface VerifierOptions {
  database: Database
  broker: Broker
  source: SubscriptionSource
  completion: Completion
  persist: boolean
  metrics: Pick<DsmMetrics, 'verifications'>
  /** Milliseconds since 1970. */
  now: () => number
}

/** Opens a new epoch for a lane whose log this run of the broker can't vouch for. */
export type Verify = (lane: Lane, head: LogHead) => Promise<void>

/**
 * A run of the broker that changed may have lost the last messages and versions that it knew, so its log is not
 * continued: what PostgreSQL lacks of it is stored, and a new epoch begins with SM's version, in which each session is
 * looked up in PostgreSQL. Where another instance was faster nothing is done: the next call of the broker tells.
 */
export const createVerifier =
  ({ database: { sql }, broker, source, completion, persist, metrics, now }: VerifierOptions): Verify =>
    async (lane, head) => {
      const { producerId } = lane
      await commitsEnded(lane)
      if (persist) await completion.complete(producerId, head)
      const subscribers = await source.subscribers(producerId)
      const epoch = await allocateEpoch(sql, producerId, head.epoch, now())
      const opened = await broker.openEpoch({ producerId, epoch, expected: head, version: subscribers.version })
      lane.subscribers = subscribers
      if (!opened) return
      metrics.verifications.inc()
      lane.seen = { epoch, offset: 0 }
      await closeEpochs(sql, producerId, epoch, [head])
    }
