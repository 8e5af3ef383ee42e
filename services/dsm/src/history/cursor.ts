import { createHash } from 'node:crypto'
import { ProblemError, type Place } from '@motience/kit'
import type { HistoryQuery } from '@motience/schemas'

/** Stands for everything of a query that its pages must share. */
const queryMark = (producerId: number, { from, to, after, device_id: deviceId, order }: HistoryQuery): string =>
  createHash('sha256').update(JSON.stringify([producerId, from, to, after, deviceId, order ?? 'asc'])).digest('base64url').slice(0, 16)

/** `next_cursor` of a page that ended at `last`; it works with the same query only. */
export const cursorAfter = (last: Place, producerId: number, query: HistoryQuery): string =>
  Buffer.from(`${last.epoch}.${last.offset}.${queryMark(producerId, query)}`).toString('base64url')

/** The place at which the page before ended. Throws MOT_BAD_INPUT for a cursor of another query, or none of ours. */
export const cursorPlace = (cursor: string, producerId: number, query: HistoryQuery): Place => {
  const match = /^(\d{1,16})\.(\d{1,16})\.([\w-]{16})$/.exec(Buffer.from(cursor, 'base64url').toString('latin1'))
  if (match === null || match[3] !== queryMark(producerId, query)) {
    throw new ProblemError('MOT_BAD_INPUT', undefined, { errors: [{ path: '/cursor', message: 'is not a cursor of this query' }] })
  }
  return { epoch: Number(match[1]), offset: Number(match[2]) }
}
