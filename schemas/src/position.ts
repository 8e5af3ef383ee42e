import type { Position } from './common.js'

/** A position in the log of one producer that is known from the context. */
export type LogPosition = Omit<Position, 'producer_id'>

/** Negative, zero or positive as `a` is before, at or after `b`: an epoch outweighs every offset. */
export const comparePositions = (a: LogPosition, b: LogPosition): number => a.epoch - b.epoch || a.offset - b.offset

/** The later of two positions. */
export const laterPosition = (a: LogPosition, b: LogPosition): LogPosition => comparePositions(a, b) >= 0 ? a : b

/** The earlier of two positions. */
export const earlierPosition = (a: LogPosition, b: LogPosition): LogPosition => comparePositions(a, b) <= 0 ? a : b

/** Whether `next` is the position right behind `position`, in the same epoch. */
export const isNext = (position: LogPosition, next: LogPosition): boolean =>
  next.epoch === position.epoch && next.offset === position.offset + 1

/** The position alone, without what else an envelope carries. */
export const positionOf = ({ epoch, offset }: LogPosition): LogPosition => ({ epoch, offset })
