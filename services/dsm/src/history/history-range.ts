import { ProblemError } from '@motience/kit'
import {
  comparePositions, earlierPosition, laterPosition, type HistoryQuery, type LogPosition
} from '@motience/schemas'
import type { LogStretch } from '../storage/missing-ranges.js'
import type { Access } from './access.js'
import { readCursor, type PageEnd } from './page-cursor.js'
import { readDeviceTime, type DeviceTime } from './device-time.js'

/** What of a producer's history is read, and in which order. */
export interface HistoryRange {
  producerId: number
  after: LogPosition
  upTo: LogPosition
  minVersion: number
  /** The device's time: from here on, and before. */
  from: DeviceTime | null
  to: DeviceTime | null
  deviceId: string | null
  orderBy: 'received' | 'device'
  order: 'asc' | 'desc'
  /** By the device's time: what was read already, up to here in this order. */
  passed: PageEnd | null
}

const instant = (text: string | undefined): DeviceTime | null => text === undefined ? null : readDeviceTime(text)

/**
 * Position of `<epoch>-<offset>`, whose shape the schema checked; 0-0 where there is none. Throws MOT_BAD_INPUT for
 * numbers that are none.
 */
const positionOf = (text: string | undefined): LogPosition => {
  const [epoch = 0, offset = 0] = (text ?? '0-0').split('-').map(Number)
  if (!Number.isSafeInteger(epoch) || !Number.isSafeInteger(offset)) {
    throw new ProblemError('MOT_BAD_INPUT', undefined, { errors: [{ path: '/after', message: 'is no place' }] })
  }
  return { epoch, offset }
}

/**
 * The stretch of what may be read that a query asks for. A cursor goes on where its page ended; throws MOT_BAD_INPUT
 * for one of another query. By the device's time all pages are of the log as it was at the first: a message that comes
 * meanwhile may be of any time, and would be on the pages or not by chance.
 */
export const rangeOf = (producerId: number, query: HistoryQuery, access: Access): HistoryRange => {
  const range: HistoryRange = {
    producerId,
    after: laterPosition(positionOf(query.after), access.after),
    upTo: access.upTo,
    minVersion: access.minVersion,
    from: instant(query.from),
    to: instant(query.to),
    deviceId: query.device_id ?? null,
    orderBy: query.order_by ?? 'received',
    order: query.order ?? 'asc',
    passed: null
  }
  if (query.cursor === undefined) return range
  const { end, upTo } = readCursor(query.cursor, producerId, query)
  return beyond(range.orderBy === 'device' ? { ...range, upTo: earlierPosition(upTo, access.upTo) } : range, end)
}

/** What is left of a range once everything up to (descending: down to) a message was read. */
export const beyond = (range: HistoryRange, end: PageEnd): HistoryRange => {
  if (range.orderBy === 'device') return { ...range, passed: end }
  const { epoch, offset } = end
  if (range.order === 'asc') { return { ...range, after: comparePositions({ epoch, offset }, range.after) > 0 ? { epoch, offset } : range.after } }
  const before = { epoch, offset: offset - 1 }
  return { ...range, upTo: comparePositions(before, range.upTo) < 0 ? before : range.upTo }
}

/**
 * The stretch of the log that was read of a range: all of it, or up to (descending: down to) a message. By the device's
 * time it is bounded by that, since a message of that time may be anywhere in the log.
 */
export const readPart = (
  { producerId, after, upTo, minVersion, from, to, orderBy, order, passed }: HistoryRange,
  end: PageEnd | undefined
): LogStretch => {
  const stretch: LogStretch = {
    producerId,
    after,
    upTo,
    minVersion,
    fromMs: from?.ms ?? null,
    toMs: to === null ? null : to.ns === 0 ? to.ms : to.ms + 1
  }
  if (orderBy === 'received') {
    if (end === undefined) return stretch
    return order === 'asc'
      ? { ...stretch, upTo: { epoch: end.epoch, offset: end.offset } }
      : { ...stretch, after: { epoch: end.epoch, offset: end.offset - 1 } }
  }
  const [low, high] = order === 'asc' ? [passed, end] : [end, passed]
  return { ...stretch, ...low == null ? {} : { fromMs: low.at.ms }, ...high == null ? {} : { toMs: high.at.ms + 1 } }
}
