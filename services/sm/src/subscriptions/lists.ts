import { decodeIdCursor, pageById } from '@motience/kit'
import type { Subscribers, Subscriptions, SubscriptionStatus } from '@motience/schemas'
import type { Sql } from 'postgres'
import { publicSubscription, type SubscriptionRow } from './row.js'
import type { Versions } from './versions.js'

/** The page to read, and its filter. */
export interface ListQuery { status?: SubscriptionStatus, limit?: number, cursor?: string }

/**
 * Pages of subscriptions in the order of their ids. Each is read by one statement, hence from one snapshot: its rows
 * are those of its version. Pages of the same version belong together; if versions differ, the list has to be read
 * again. Both methods reject with MOT_BAD_INPUT for an invalid cursor.
 */
export interface Lists {
  ofConsumer (consumerId: number, query: ListQuery & { producer_id?: number }): Promise<Subscriptions>
  /** Version 0 and no subscribers for a producer that never had any. */
  ofProducer (producerId: number, query: ListQuery): Promise<Subscribers>
}

export const createLists = (sql: Sql): Lists => ({
  async ofConsumer (consumerId, { producer_id: producerId, status, limit = 100, cursor }) {
    const after = decodeIdCursor(cursor)
    const rows = await sql<(SubscriptionRow & { version: number })[]>`
      SELECT s.*, p.version FROM sm.subscriptions s JOIN sm.producers p USING (producer_id)
      WHERE s.consumer_id = ${consumerId} AND s.id > ${after}
        ${producerId === undefined ? sql`` : sql`AND s.producer_id = ${producerId}`}
        ${status === undefined ? sql`` : sql`AND s.status = ${status}`}
      ORDER BY s.id LIMIT ${limit + 1}`
    const { items, nextCursor } = pageById(rows, limit)
    return {
      consumer_id: consumerId,
      subscriptions: items.map(row => publicSubscription(row, row.version)),
      next_cursor: nextCursor
    }
  },

  async ofProducer (producerId, { status, limit = 100, cursor }) {
    const after = decodeIdCursor(cursor)
    // An empty page still returns the version, with a row of nulls.
    const rows = await sql<(Partial<SubscriptionRow> & { version: number })[]>`
      WITH page AS (
        SELECT id, consumer_id, username, status, activated_at, activated_version FROM sm.subscriptions
        WHERE producer_id = ${producerId} AND id > ${after}
          ${status === undefined ? sql`` : sql`AND status = ${status}`}
        ORDER BY id LIMIT ${limit + 1})
      SELECT coalesce((SELECT version FROM sm.producers WHERE producer_id = ${producerId}), 0) AS version, page.*
      FROM (SELECT) AS always LEFT JOIN page ON true ORDER BY page.id`
    const { items, nextCursor } = pageById(
      rows.filter((row): row is SubscriptionRow & { version: number } => row.id != null),
      limit
    )
    return {
      producer_id: producerId,
      version: rows[0]?.version ?? 0,
      subscribers: items.map(row => ({
        subscription_id: row.id,
        consumer_id: row.consumer_id,
        username: row.username,
        status: row.status,
        activated_at: row.activated_at,
        activated_version: row.activated_version
      })),
      next_cursor: nextCursor
    }
  }
})

/**
 * The same lists with versions not below the broker's, so that messages can be accepted for them and the broker's log
 * be read. For a consumer's list this holds only if it is filtered by producer.
 */
export const keepListsAbove = (lists: Lists, versions: Versions): Lists => ({
  async ofConsumer (consumerId, query) {
    if (query.producer_id === undefined) return await lists.ofConsumer(consumerId, query)
    const known = await versions.known(query.producer_id)
    const read = await lists.ofConsumer(consumerId, query)
    if (read.subscriptions.every(({ version = 0 }) => version >= known)) return read
    await versions.overtake(query.producer_id, known)
    return await lists.ofConsumer(consumerId, query)
  },

  async ofProducer (producerId, query) {
    const known = await versions.known(producerId)
    const read = await lists.ofProducer(producerId, query)
    if (read.version >= known) return read
    await versions.overtake(producerId, known)
    return await lists.ofProducer(producerId, query)
  }
})
