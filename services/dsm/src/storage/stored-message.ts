import type { Place } from '@motience/broker'

/** One message as it is kept: the envelope's text is its head, its place and its tail. */
export interface StoredMessage extends Place {
  producerId: number
  /** Version of the subscriber list that it was accepted with. */
  version: number
  /** Milliseconds since 1970, by the platform's clock. */
  receivedAt: number
  /** Milliseconds since 1970, by the device's clock and corrected by its clock offset. */
  at: number
  /** Nanoseconds of that time beyond its milliseconds: 0 to 999999. */
  atNs: number
  deviceId: string | null
  session: string | null
  seq: number | null
  /** Envelope from the comma after the offset's number on. */
  tail: string
}

/** The name of a message among its producer's: what a repeat is recognised by. */
export interface MessageName { deviceId: string | null, session: string, seq: number }

/** Whether `a` comes before `b` (negative), after it (positive) or is the same place (0). */
export const comparePlaces = (a: Place, b: Place): number => a.epoch === b.epoch ? a.offset - b.offset : a.epoch - b.epoch

/** The later of two places. */
export const laterPlace = (a: Place, b: Place): Place => comparePlaces(a, b) >= 0 ? a : b

/** The earlier of two places. */
export const earlierPlace = (a: Place, b: Place): Place => comparePlaces(a, b) <= 0 ? a : b
