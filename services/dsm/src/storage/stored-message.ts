import type { LogPosition } from '@motience/schemas'

/** One message as it is kept: the envelope's text is its head, its place and its tail. */
export interface StoredMessage extends LogPosition {
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
