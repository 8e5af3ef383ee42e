import { ProblemError, type Place } from '@motience/kit'
import { instantMs, type HistoryQuery } from '@motience/schemas'
import type { LogStretch } from '../storage/absences.js'
import { comparePlaces, laterPlace } from '../storage/stored-message.js'
import type { Access } from './access.js'
import { cursorPlace } from './cursor.js'

/** What of a producer's history is read, and in which order. */
export interface HistoryRange extends LogStretch {
  deviceId: string | null
  order: 'asc' | 'desc'
}

const instant = (text: string | undefined): number | null => text === undefined ? null : instantMs(text)

/** Place of `<epoch>-<offset>`, whose shape the schema checked; 0-0 where there is none. Throws MOT_BAD_INPUT for numbers that are none. */
const placeOf = (text: string | undefined): Place => {
  const [epoch = 0, offset = 0] = (text ?? '0-0').split('-').map(Number)
  if (!Number.isSafeInteger(epoch) || !Number.isSafeInteger(offset)) {
    throw new ProblemError('MOT_BAD_INPUT', undefined, { errors: [{ path: '/after', message: 'is no place' }] })
  }
  return { epoch, offset }
}

/**
 * The stretch of what may be read that a query asks for. A cursor goes on where its page ended; throws MOT_BAD_INPUT
 * for one of another query.
 */
export const rangeOf = (producerId: number, query: HistoryQuery, access: Access): HistoryRange => {
  const order = query.order ?? 'asc'
  const range: HistoryRange = {
    producerId,
    after: laterPlace(placeOf(query.after), access.after),
    upTo: access.upTo,
    minVersion: access.minVersion,
    fromMs: instant(query.from),
    toMs: instant(query.to),
    deviceId: query.device_id ?? null,
    order
  }
  const at = query.cursor === undefined ? null : cursorPlace(query.cursor, producerId, query)
  return at === null ? range : beyond(range, at)
}

/** What is left of a range once everything up to (descending: down to) a place was read. */
export const beyond = (range: HistoryRange, { epoch, offset }: Place): HistoryRange => {
  if (range.order === 'asc') return { ...range, after: comparePlaces({ epoch, offset }, range.after) > 0 ? { epoch, offset } : range.after }
  const before = { epoch, offset: offset - 1 }
  return { ...range, upTo: comparePlaces(before, range.upTo) < 0 ? before : range.upTo }
}

/** What of a range was read once everything up to (descending: down to) a place was read. */
export const readPart = (range: HistoryRange, { epoch, offset }: Place): HistoryRange =>
  range.order === 'asc' ? { ...range, upTo: { epoch, offset } } : { ...range, after: { epoch, offset: offset - 1 } }
