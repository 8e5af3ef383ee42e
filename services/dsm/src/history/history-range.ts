import { ProblemError } from '@motience/kit'
import {
  earlierPosition, laterPosition, type HistoryQuery, type LogPosition
} from '@motience/schemas'
import type { LogRange } from '../storage/missing-ranges.js'
import type { Access } from './access.js'
import { readCursor, type PageEnd } from './page-cursor.js'
import { readDeviceTime, type DeviceTime } from './device-time.js'

/** The part of a producer's history to read, and its order. */
export interface HistoryRange {
  producerId: number
  after: LogPosition
  upTo: LogPosition
  minVersion: number
  /** By the device's time: from (inclusive) and to (exclusive). */
  from: DeviceTime | null
  to: DeviceTime | null
  deviceId: string | null
  orderBy: 'received' | 'device'
  order: 'asc' | 'desc'
  /** In the order of the device's time: the last message that was read already. */
  passed: PageEnd | null
}

const optionalTime = (text: string | undefined): DeviceTime | null => text === undefined ? null : readDeviceTime(text)

/**
 * Parses `<epoch>-<offset>`, whose form the schema has checked; 0-0 if absent. Throws MOT_BAD_INPUT for numbers that
 * are too large.
 */
const positionOf = (text: string | undefined): LogPosition => {
  const [epoch = 0, offset = 0] = (text ?? '0-0').split('-').map(Number)
  if (!Number.isSafeInteger(epoch) || !Number.isSafeInteger(offset)) {
    throw new ProblemError('MOT_BAD_INPUT', undefined, { errors: [{ path: '/after', message: 'is not a position' }] })
  }
  return { epoch, offset }
}

/**
 * The range that a query requests, limited to what the caller may read. A cursor continues where its page ended; throws
 * MOT_BAD_INPUT for a cursor of another query. In the order of the device's time, all pages show the log as it was at
 * the first page: a message that arrives meanwhile may have any time, and would appear on a page or not by chance.
 */
export const rangeOf = (producerId: number, query: HistoryQuery, access: Access): HistoryRange => {
  const range: HistoryRange = {
    producerId,
    after: laterPosition(positionOf(query.after), access.after),
    upTo: access.upTo,
    minVersion: access.minVersion,
    from: optionalTime(query.from),
    to: optionalTime(query.to),
    deviceId: query.device_id ?? null,
    orderBy: query.order_by ?? 'received',
    order: query.order ?? 'asc',
    passed: null
  }
  if (query.cursor === undefined) return range
  const { end, upTo } = readCursor(query.cursor, producerId, query)
  return remainingAfter(
    range.orderBy === 'device' ? { ...range, upTo: earlierPosition(upTo, access.upTo) } : range,
    end
  )
}

/** The rest of a range once everything up to (descending: down to) a message was read. */
export const remainingAfter = (range: HistoryRange, end: PageEnd): HistoryRange => {
  if (range.orderBy === 'device') return { ...range, passed: end }
  const { epoch, offset } = end
  if (range.order === 'asc') return { ...range, after: laterPosition({ epoch, offset }, range.after) }
  const before = { epoch, offset: offset - 1 }
  return { ...range, upTo: earlierPosition(before, range.upTo) }
}

/**
 * The part of the log covered by reading a range: all of it, or up to (descending: down to) a message. In the order of
 * the device's time it is bounded by time, since a message of that time may be anywhere in the log.
 */
export const readRange = (
  { producerId, after, upTo, minVersion, from, to, orderBy, order, passed }: HistoryRange,
  end: PageEnd | undefined
): LogRange => {
  const logRange: LogRange = {
    producerId,
    after,
    upTo,
    minVersion,
    fromMs: from?.ms ?? null,
    toMs: to === null ? null : to.ns === 0 ? to.ms : to.ms + 1
  }
  if (orderBy === 'received') {
    if (end === undefined) return logRange
    return order === 'asc'
      ? { ...logRange, upTo: { epoch: end.epoch, offset: end.offset } }
      : { ...logRange, after: { epoch: end.epoch, offset: end.offset - 1 } }
  }
  const [low, high] = order === 'asc' ? [passed, end] : [end, passed]
  return { ...logRange, ...low == null ? {} : { fromMs: low.at.ms }, ...high == null ? {} : { toMs: high.at.ms + 1 } }
}
