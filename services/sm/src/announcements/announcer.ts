import type { Broker } from '@motience/broker'
import type { ControlEvent } from '@motience/schemas'
import type { Sql } from 'postgres'
import type { SmMetrics } from '../metrics.js'
import type { ProducerRow, SubscriptionRow } from '../subscriptions/row.js'
import type { Versions } from '../subscriptions/versions.js'

/**
 * Tells the broker what was changed: first the producer's version, after which no message can be accepted for the
 * subscribers of before, then each changed subscription on the control channel, and notes then that it did.
 * What was committed and not told stays noted by `raised_version < version`, so that no crash can lose it.
 */
export interface Announcer {
  /**
   * Resolves once the broker was told of this version. Rejects with BrokerUnavailableError if it can't be, and it is
   * told later.
   */
  publishUpTo (producerId: number, version: number): Promise<void>
  /** Producers of which something is still to be told, at most `limit`. */
  pending (limit: number): Promise<number[]>
}

/** What the announcer works with. */
export interface AnnouncerDependencies { sql: Sql, broker: Broker, versions: Versions, metrics: SmMetrics }

/** Most changed subscriptions that are read at once. */
const ROWS_AT_ONCE = 500

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

export const createAnnouncer = ({ sql, broker, versions, metrics }: AnnouncerDependencies): Announcer => {
  const running = new Map<number, Promise<number>>()

  const readUnraised = async (producerId: number) => await sql<Unraised[]>`
    SELECT s.*, p.version, p.raised_version FROM sm.producers p
    LEFT JOIN sm.subscriptions s ON s.producer_id = p.producer_id AND s.changed_version > p.raised_version
    WHERE p.producer_id = ${producerId} ORDER BY s.changed_version LIMIT ${ROWS_AT_ONCE + 1}`

  /** Tells all that there is to tell of a producer; resolves to the version that it told. */
  const publishChanges = async (producerId: number): Promise<number> => {
    for (;;) {
      const rows = await readUnraised(producerId)
      const [first] = rows
      if (!first || first.version === first.raised_version) return first?.version ?? 0
      const known = await broker.raiseVersion(producerId, first.version)
      if (known > first.version) {
        // A message may still be accepted with the greater one: for subscribers that the database knows nothing of.
        await versions.overtake(producerId, known)
        continue
      }
      const changed = rows.slice(0, ROWS_AT_ONCE).filter((row): row is Changed => row.id !== null)
      for (const row of changed) await broker.publishControl(eventOf(row))
      const told = rows.length > ROWS_AT_ONCE ? changed.at(-1)?.changed_version ?? first.version : first.version
      await sql`UPDATE sm.producers SET raised_version = greatest(raised_version, ${told}) WHERE producer_id = ${producerId}`
      if (told === first.version) return told
    }
  }

  const start = (producerId: number): Promise<number> => {
    const job = publishChanges(producerId)
      .then(
        told => {
          metrics.announced('told')
          return told
        },
        (error: unknown) => {
          metrics.announced('failed')
          throw error
        }
      )
      .finally(() => {
        running.delete(producerId)
      })
    running.set(producerId, job)
    return job
  }

  return {
    async publishUpTo (producerId, version) {
      // One at a time for a producer, so that its changes are told in order; who comes meanwhile shares its end,
      // a failure too: the broker that just did not answer need not be waited for by each of them in turn.
      while (await (running.get(producerId) ?? start(producerId)) < version);
    },

    async pending (limit) {
      const rows = await sql<Pick<ProducerRow, 'producer_id'>[]>`
        SELECT producer_id FROM sm.producers WHERE raised_version < version ORDER BY producer_id LIMIT ${limit}`
      return rows.map(row => row.producer_id)
    }
  }
}
