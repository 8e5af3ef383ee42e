import type { Subscribers, Subscriptions, SubscriptionStatus } from '@motience/schemas'
import type { Sql } from 'postgres'
import { decodeCursor, encodeCursor } from '../cursor.js'
import { publicSubscription, type SubscriptionRow } from './row.js'
import type { Versions } from './versions.js'

/** Which page, and of what. */
export interface ListQuery { status?: SubscriptionStatus, limit?: number, cursor?: string }

/**
 * Pages of subscriptions, in the order of ids. Each is one statement, and so one snapshot: its rows are those of its
 * version. Pages that carry the same version belong together; where they don't, the list has to be read anew.
 * Both reject with MOT_BAD_INPUT for a cursor that SM did not give.
 */
export interface Lists {
  ofConsumer (consumerId: number, query: ListQuery & { producer_id?: number }): Promise<Subscriptions>
  /** Version 0 and nobody for a producer that nobody ever subscribed to. */
  ofProducer (producerId: number, query: ListQuery): Promise<Subscribers>
}

/** Cuts off the row that was read only to see whether there is a next page. */
const page = <Row extends { id: number }>(rows: readonly Row[], limit: number) => {
  const items = rows.slice(0, limit)
  const last = items.at(-1)
  return { items, nextCursor: rows.length > limit && last ? encodeCursor(last.id) : null }
}

export const createLists = (sql: Sql): Lists => ({
  async ofConsumer (consumerId, { producer_id: producerId, status, limit = 100, cursor }) {
    const after = decodeCursor(cursor)
    const rows = await sql<(SubscriptionRow & { version: number })[]>`
      SELECT s.*, p.version FROM sm.subscriptions s JOIN sm.producers p USING (producer_id)
      WHERE s.consumer_id = ${consumerId} AND s.id > ${after}
        ${producerId === undefined ? sql`` : sql`AND s.producer_id = ${producerId}`}
        ${status === undefined ? sql`` : sql`AND s.status = ${status}`}
      ORDER BY s.id LIMIT ${limit + 1}`
    const { items, nextCursor } = page(rows, limit)
    return {
      consumer_id: consumerId,
      subscriptions: items.map(row => publicSubscription(row, row.version)),
      next_cursor: nextCursor
    }
  },

  async ofProducer (producerId, { status, limit = 100, cursor }) {
    const after = decodeCursor(cursor)
    // The version comes even where the page is empty: with a row of nulls.
    const rows = await sql<(Partial<SubscriptionRow> & { version: number })[]>`
      WITH page AS (
        SELECT id, consumer_id, username, status, activated_at, activated_version FROM sm.subscriptions
        WHERE producer_id = ${producerId} AND id > ${after} ${status === undefined ? sql`` : sql`AND status = ${status}`}
        ORDER BY id LIMIT ${limit + 1})
      SELECT coalesce((SELECT version FROM sm.producers WHERE producer_id = ${producerId}), 0) AS version, page.*
      FROM (SELECT) AS always LEFT JOIN page ON true ORDER BY page.id`
    const { items, nextCursor } = page(
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
 * The same lists, with versions that are not below the broker's, so that messages can be accepted for them and the
 * broker's log be read. Of a consumer that holds for the subscription to one producer, if that is asked for.
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
