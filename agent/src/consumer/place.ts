import type { Position } from '@motience/schemas'

/** A place in one producer's log, without the producer. */
export type Place = Omit<Position, 'producer_id'>

/** Negative, zero or positive as `a` is before, at or after `b`: an epoch outweighs every offset. */
export const comparePlaces = (a: Place, b: Place): number => a.epoch - b.epoch || a.offset - b.offset

/** Where a producer stands that has sent nothing yet. */
const BEFORE_ALL: Place = { epoch: 0, offset: 0 }

/** Whether `next` is the message right behind `place`, with nothing between them: nothing is before the first of epoch 1. */
export const follows = (place: Place, next: Place): boolean =>
  next.offset === place.offset + 1 && (next.epoch === place.epoch || (next.epoch === 1 && comparePlaces(place, BEFORE_ALL) === 0))

/** The place itself, without what else an envelope or a position carries. */
export const placeOf = ({ epoch, offset }: Place): Place => ({ epoch, offset })
