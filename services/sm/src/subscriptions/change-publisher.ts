import type { Broker } from '@motience/broker'
import type { ControlEvent } from '@motience/schemas'
import type { Sql } from 'postgres'
import type { SmMetrics } from '../metrics.js'
import type { ProducerRow, SubscriptionRow } from './row.js'
import type { Versions } from './versions.js'

/**
 * Publishes committed changes to the broker: first the producer's version, after which no message can be accepted for
 * the previous subscribers, then each changed subscription on the control channel, and finally records that it did.
 * Pending changes are recognised by `raised_version < version`, so that a crash loses none.
 */
export interface ChangePublisher {
  /**
   * Resolves once this version is published. Rejects with BrokerUnavailableError if that is not possible now; it is
   * retried later.
   */
  publishUpTo (producerId: number, version: number): Promise<void>
  /** The same for the version of a subscription's last change, unless it was published by then. */
  publishChange (row: SubscriptionRow, producer: ProducerRow): Promise<void>
  /** Producers with pending changes, at most `limit`. */
  pending (limit: number): Promise<number[]>
}

/** Collaborators of the change publisher. */
export interface ChangePublisherDependencies { sql: Sql, broker: Broker, versions: Versions, metrics: SmMetrics }

/** Maximum changed subscriptions per query. */
const MAX_ROWS = 500

type Unraised = Pick<ProducerRow, 'version' | 'raised_version'> & {
  [Key in keyof SubscriptionRow]: SubscriptionRow[Key] | null
}
type Changed = Pick<ProducerRow, 'version' | 'raised_version'> & SubscriptionRow

const eventOf = (row: SubscriptionRow): ControlEvent => ({
  type: 'subscription-changed',
  producer_id: row.producer_id,
  consumer_id: row.consumer_id,
  status: row.status,
  reason: row.reason,
  version: row.changed_version,
  previous_version: row.previous_version,
  activated_version: row.activated_version
})

export const createChangePublisher = ({
  sql,
  broker,
  versions,
  metrics
}: ChangePublisherDependencies): ChangePublisher => {
  const running = new Map<number, Promise<number>>()

  const readUnraised = async (producerId: number) =>
    await sql<Unraised[]>`
    SELECT s.*, p.version, p.raised_version FROM sm.producers p
    LEFT JOIN sm.subscriptions s ON s.producer_id = p.producer_id AND s.changed_version > p.raised_version
    WHERE p.producer_id = ${producerId} ORDER BY s.changed_version LIMIT ${MAX_ROWS + 1}`

  /** Publishes all pending changes of a producer; resolves to the version that was published. */
  const publishChanges = async (producerId: number): Promise<number> => {
    for (;;) {
      const rows = await readUnraised(producerId)
      const [first] = rows
      if (!first || first.version === first.raised_version) return first?.version ?? 0
      const known = await broker.raiseVersion(producerId, first.version)
      if (known > first.version) {
        // A message may still be accepted with the newer version, for subscribers that the database does not know.
        await versions.overtake(producerId, known)
        continue
      }
      const changed = rows.slice(0, MAX_ROWS).filter((row): row is Changed => row.id !== null)
      for (const row of changed) await broker.publishControl(eventOf(row))
      const published = rows.length > MAX_ROWS ? (changed.at(-1)?.changed_version ?? first.version) : first.version
      await sql`
        UPDATE sm.producers SET raised_version = greatest(raised_version, ${published})
        WHERE producer_id = ${producerId}`
      if (published === first.version) return published
    }
  }

  const start = (producerId: number): Promise<number> => {
    const job = publishChanges(producerId)
      .then(
        published => {
          metrics.published('told')
          return published
        },
        (error: unknown) => {
          metrics.published('failed')
          throw error
        }
      )
      .finally(() => {
        running.delete(producerId)
      })
    running.set(producerId, job)
    return job
  }

  const publishUpTo = async (producerId: number, version: number): Promise<void> => {
    // One run at a time for each producer keeps its changes in order. Concurrent callers share its outcome, a failure
    // too: each of them waiting for the same unavailable broker in turn would help nobody.
    while ((await (running.get(producerId) ?? start(producerId))) < version);
  }

  return {
    publishUpTo,

    async publishChange ({ producer_id: producerId, changed_version: version }, producer) {
      if (version > producer.raised_version) await publishUpTo(producerId, version)
    },

    async pending (limit) {
      const rows = await sql<Pick<ProducerRow, 'producer_id'>[]>`
        SELECT producer_id FROM sm.producers WHERE raised_version < version ORDER BY producer_id LIMIT ${limit}`
      return rows.map(row => row.producer_id)
    }
  }
}
