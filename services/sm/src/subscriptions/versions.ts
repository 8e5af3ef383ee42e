import type { Broker } from '@motience/broker'
import type { Logger } from '@motience/kit'
import type { Sql } from 'postgres'
import type { SmMetrics } from '../metrics.js'
import type { ProducerRow } from './row.js'

/**
 * Number of the next change of a producer's subscribers: above the last one, and never below `now`, milliseconds since
 * 1970. So no number is given out twice with two lists, even where the database was put back to an older state.
 */
export const nextVersion = (last: number, now: number): number => Math.max(last + 1, Math.floor(now))

/** What the versions work with. */
export interface VersionsDependencies {
  sql: Sql
  broker: Pick<Broker, 'heads' | 'connection'>
  log: Logger
  metrics: Pick<SmMetrics, 'overtook'>
  /** Milliseconds since 1970. */
  now: () => number
}

/**
 * Keeps SM's versions above the broker's. A version is committed before the broker is told of it, so one that the
 * broker has and SM does not is of changes that the database forgot: it was put back to an older state. Until SM's list
 * has a newer number no message is accepted for it.
 */
export interface Versions {
  /** The broker's version of a producer; 0 where it can't be asked now. Ask it before the database. */
  known (producerId: number): Promise<number>
  /**
   * Gives a producer's list a number above `known`, unless it has one by now. Changes that the broker was not told of
   * get it too.
   */
  overtake (producerId: number, known: number): Promise<void>
}

export const createVersions = ({ sql, broker, log, metrics, now }: VersionsDependencies): Versions => ({
  async known (producerId) {
    if (broker.connection === 'down') return 0
    try {
      const [head] = await broker.heads([producerId])
      return head!.version
    } catch (error) {
      log.debug({ err: error, producer_id: producerId }, 'Read subscribers without the broker')
      return 0
    }
  },

  async overtake (producerId, known) {
    const overtook = await sql.begin(async transaction => {
      await transaction`INSERT INTO sm.producers (producer_id) VALUES (${producerId}) ON CONFLICT DO NOTHING`
      const [producer] = await transaction<
        ProducerRow[]
      >`SELECT * FROM sm.producers WHERE producer_id = ${producerId} FOR UPDATE`
      if (!producer || producer.version >= known) return null
      const version = nextVersion(known, now())
      await transaction`
        UPDATE sm.subscriptions
        SET changed_version = ${version}, previous_version = NULL,
          activated_version = CASE WHEN status = 'active' THEN ${version}::bigint END
        WHERE producer_id = ${producerId} AND changed_version > ${producer.raised_version}`
      await transaction`UPDATE sm.producers SET version = ${version} WHERE producer_id = ${producerId}`
      return { from: producer.version, version }
    })
    if (!overtook) return
    metrics.overtook()
    log.warn({ producer_id: producerId, known_version: known, ...overtook },
      'The database was put back: the broker knows a later version of the subscribers, and theirs was raised above it')
  }
})
