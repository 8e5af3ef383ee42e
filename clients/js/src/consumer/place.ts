import type { Position } from '@motience/schemas'

/** A place in one producer's log, without the producer. */
export type Place = Omit<Position, 'producer_id'>

/** Negative, zero or positive as `a` is before, at or after `b`: an epoch outweighs every offset. */
export const comparePlaces = (a: Place, b: Place): number => a.epoch - b.epoch || a.offset - b.offset

/**
 * Whether `next` is the message right behind `place`, with nothing between them. Behind (0, 0), where a producer stands
 * that has sent nothing, its first epoch begins; every other epoch is announced by `resumed`.
 */
export const follows = (place: Place, next: Place): boolean =>
  next.offset === place.offset + 1 && (next.epoch === place.epoch || (place.epoch === 0 && place.offset === 0))

/** The place itself, without what else an envelope or a position carries. */
export const placeOf = ({ epoch, offset }: Place): Place => ({ epoch, offset })
