import { createHash } from 'node:crypto'
import { ProblemError } from '@motience/kit'
import type { HistoryQuery, LogPosition } from '@motience/schemas'
import type { DeviceTime } from './device-time.js'

/** Where a page ended: the last message's position and its device's time. */
export interface PageEnd extends LogPosition { at: DeviceTime }

/** Content of a cursor: where its page ended, and where the log ended when the first page was read. */
export interface PageCursor { end: PageEnd, upTo: LogPosition }

/** A digest of the query parameters that all pages must share. */
const queryDigest = (
  producerId: number,
  { from, to, after, device_id: deviceId, order_by: orderBy, order }: HistoryQuery
): string =>
  createHash('sha256')
    .update(JSON.stringify([producerId, from, to, after, deviceId, order ?? 'asc', orderBy ?? 'received']))
    .digest('base64url')
    .slice(0, 16)

/** The `next_cursor` of a page that ended at `end`. It is valid for the same query only. */
export const writeCursor = ({ end, upTo }: PageCursor, producerId: number, query: HistoryQuery): string => {
  const numbers = [end.epoch, end.offset, end.at.ms, end.at.ns, upTo.epoch, upTo.offset]
  return Buffer.from(`${numbers.join('.')}.${queryDigest(producerId, query)}`).toString('base64url')
}

/** Reads a cursor. Throws MOT_BAD_INPUT if it is malformed or belongs to another query. */
export const readCursor = (cursor: string, producerId: number, query: HistoryQuery): PageCursor => {
  const match = /^(-?\d{1,16}(?:\.-?\d{1,16}){5})\.([\w-]{16})$/.exec(
    Buffer.from(cursor, 'base64url').toString('latin1')
  )
  const [epoch, offset, ms, ns, lastEpoch, lastOffset] = (match?.[1] ?? '').split('.').map(Number) as [
    number, number, number, number, number, number
  ]
  if (
    match?.[2] !== queryDigest(producerId, query) ||
    ![epoch, offset, ms, ns, lastEpoch, lastOffset].every(Number.isSafeInteger) ||
    ns < 0 ||
    ns > 999_999
  ) {
    throw new ProblemError('MOT_BAD_INPUT', undefined, {
      errors: [{ path: '/cursor', message: 'is not a cursor of this query' }]
    })
  }
  return { end: { epoch, offset, at: { ms, ns } }, upTo: { epoch: lastEpoch, offset: lastOffset } }
}
