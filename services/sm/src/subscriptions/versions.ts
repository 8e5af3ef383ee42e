import type { Broker } from '@motience/broker'
import type { Logger } from '@motience/kit'
import type { Sql } from 'postgres'
import type { SmMetrics } from '../metrics.js'
import type { ProducerRow } from './row.js'

/**
 * The version of the next change of a producer's subscribers: above the last one, and at least `now`, milliseconds
 * since
 * 1970. No version is therefore used for two lists, even if the database was restored from a backup.
 */
export const nextVersion = (last: number, now: number): number => Math.max(last + 1, Math.floor(now))

/** Collaborators of `createVersions`. */
export interface VersionsDependencies {
  sql: Sql
  broker: Pick<Broker, 'heads' | 'connection'>
  log: Logger
  metrics: Pick<SmMetrics, 'overtook'>
  /** Milliseconds since 1970. */
  now: () => number
}

/**
 * Keeps SM's versions above the broker's. A version is committed before it is published, so a version that the broker
 * has and SM does not belongs to changes that the database lost when it was restored from a backup. Until SM's list has
 * a newer version no message is accepted for it.
 */
export interface Versions {
  /** The broker's version of a producer; 0 if the broker is unavailable. Read it before the database. */
  known (producerId: number): Promise<number>
  /**
   * Raises a producer's version above `known`, unless it is by now. Changes that were not published yet get the new
   * version too.
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
      log.debug({ err: error, producer_id: producerId }, 'Broker unavailable, reading subscribers without its version')
      return 0
    }
  },

  async overtake (producerId, known) {
    const overtook = await sql.begin(async transaction => {
      await transaction`INSERT INTO sm.producers (producer_id) VALUES (${producerId}) ON CONFLICT DO NOTHING`
      const [producer] = await transaction<ProducerRow[]>`
        SELECT * FROM sm.producers WHERE producer_id = ${producerId} FOR UPDATE`
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
      'Database restored from a backup, raised the subscriber list version above the broker\'s')
  }
})
