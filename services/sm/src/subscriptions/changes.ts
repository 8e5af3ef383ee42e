import type { Sql, TransactionSql } from 'postgres'
import type { Decide, Decision } from './decisions.js'
import type { ProducerRow, SubscriptionRow } from './row.js'
import { nextVersion } from './versions.js'

/** The result of a change. `row` is null if there is no subscription and none was created. */
export interface Change { row: SubscriptionRow | null, producer: ProducerRow, changed: boolean }

/** The two sides of a subscription; `username` is the consumer's, for a row that has to be created. */
export interface Pair { producerId: number, consumerId: number, username: string }

/** Changes subscriptions, each in one transaction that raises the producer's version. */
export interface Changes {
  /** Changes or creates a subscription as `decide` returns. Rejects with what it throws, and changes nothing then. */
  change (pair: Pair, decide: Decide): Promise<Change>
  byId (id: number): Promise<SubscriptionRow | null>
  /** Records that a DELETE was answered with success, unless the row was changed since. */
  confirm (row: SubscriptionRow): Promise<void>
}

const store = async (
  transaction: TransactionSql,
  { producerId, consumerId, username }: Pair,
  { previousVersion, version }: { previousVersion: number; version: number },
  { status, reason, barred }: Decision
): Promise<SubscriptionRow | undefined> => {
  await transaction`UPDATE sm.producers SET version = ${version} WHERE producer_id = ${producerId}`
  const activated = status === 'active' ? transaction`now(), ${version}` : transaction`NULL, NULL`
  const [row] = await transaction<SubscriptionRow[]>`
    INSERT INTO sm.subscriptions (
      consumer_id, producer_id, username, status, reason, barred, created_at, activated_at, activated_version,
      previous_version, changed_version
    ) VALUES (
      ${consumerId}, ${producerId}, ${username}, ${status}, ${reason}, ${barred}, now(), ${activated},
      ${previousVersion}, ${version}
    )
    ON CONFLICT (consumer_id, producer_id) DO UPDATE SET
      status = EXCLUDED.status, reason = EXCLUDED.reason, barred = EXCLUDED.barred,
        activated_at = EXCLUDED.activated_at,
      activated_version = EXCLUDED.activated_version, previous_version = EXCLUDED.previous_version,
      changed_version = EXCLUDED.changed_version, confirmed = false
    RETURNING *`
  return row
}

export const createChanges = (sql: Sql, now: () => number = Date.now): Changes => ({
  change: async (pair, decide) => await sql.begin(async transaction => {
    const { producerId, consumerId } = pair
    // The row lock serialises all changes of one producer; the row is created first, so that there is one to lock.
    await transaction`INSERT INTO sm.producers (producer_id) VALUES (${producerId}) ON CONFLICT DO NOTHING`
    const [producer] = await transaction<ProducerRow[]>`
      SELECT * FROM sm.producers WHERE producer_id = ${producerId} FOR UPDATE`
    if (!producer) throw new Error('A row that was just created is missing')
    const [row = null] = await transaction<SubscriptionRow[]>`
      SELECT * FROM sm.subscriptions WHERE consumer_id = ${consumerId} AND producer_id = ${producerId}`
    const decision = decide(row, producer)
    if (!decision) return { row, producer, changed: false }
    const version = nextVersion(producer.version, now())
    const stored = await store(transaction, pair, { previousVersion: producer.version, version }, decision)
    return { row: stored ?? null, producer: { ...producer, version }, changed: true }
  }),

  async byId (id) {
    const [row = null] = await sql<SubscriptionRow[]>`SELECT * FROM sm.subscriptions WHERE id = ${id}`
    return row
  },

  async confirm ({ id, changed_version: changedVersion }) {
    await sql`UPDATE sm.subscriptions SET confirmed = true WHERE id = ${id} AND changed_version = ${changedVersion}`
  }
})
