import type { Position } from './common.js'

/** A position in the log of a producer that is known from context. */
export type LogPosition = Omit<Position, 'producer_id'>

/** Negative, zero or positive if `a` is before, equal to or after `b`: by epoch, then by offset. */
export const comparePositions = (a: LogPosition, b: LogPosition): number => a.epoch - b.epoch || a.offset - b.offset

/** The later of two positions. */
export const laterPosition = (a: LogPosition, b: LogPosition): LogPosition => comparePositions(a, b) >= 0 ? a : b

/** The earlier of two positions. */
export const earlierPosition = (a: LogPosition, b: LogPosition): LogPosition => comparePositions(a, b) <= 0 ? a : b

/** Whether `next` directly follows `position` in the same epoch. */
export const isNext = (position: LogPosition, next: LogPosition): boolean =>
  next.epoch === position.epoch && next.offset === position.offset + 1

/** Epoch and offset alone, without the other fields of an envelope. */
export const positionOf = ({ epoch, offset }: LogPosition): LogPosition => ({ epoch, offset })
