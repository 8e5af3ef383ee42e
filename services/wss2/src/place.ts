import type { Place } from '@motience/broker'

/** Negative, zero or positive as `a` is before, at or after `b`: an epoch outweighs every offset. */
export const comparePlaces = (a: Place, b: Place): number => a.epoch - b.epoch || a.offset - b.offset

/** Whether `next` is the message right behind `place`. */
export const follows = (place: Place, next: Place): boolean => next.epoch === place.epoch && next.offset === place.offset + 1

/** The place itself, without what else an envelope or a position carries. */
export const placeOf = ({ epoch, offset }: Place): Place => ({ epoch, offset })
