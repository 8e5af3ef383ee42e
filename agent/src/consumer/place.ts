import type { Position } from '@motience/schemas'

/** A place in one producer's log, without the producer. */
export type Place = Omit<Position, 'producer_id'>

/** Negative, zero or positive as `a` is before, at or after `b`: an epoch outweighs every offset. */
export const comparePlaces = (a: Place, b: Place): number => a.epoch - b.epoch || a.offset - b.offset

/** Whether `next` is the message right behind `place`, with nothing between them. */
export const follows = (place: Place, next: Place): boolean => next.epoch === place.epoch && next.offset === place.offset + 1

/** The place itself, without what else an envelope or a position carries. */
export const placeOf = ({ epoch, offset }: Place): Place => ({ epoch, offset })
