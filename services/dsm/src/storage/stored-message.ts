import type { LogPosition } from '@motience/schemas'

/** One message as it is stored: the envelope's text consists of its head, its position and its tail. */
export interface StoredMessage extends LogPosition {
  producerId: number
  /** Subscriber list version that it was accepted with. */
  version: number
  /** Milliseconds since 1970, by the platform's clock. */
  receivedAt: number
  /** Milliseconds since 1970, by the device's clock, corrected by its clock offset. */
  at: number
  /** Nanoseconds of that time beyond its milliseconds: 0 to 999999. */
  atNs: number
  deviceId: string | null
  session: string | null
  seq: number | null
  /** Envelope from the comma after the offset on. */
  tail: string
}

/** The name of a message among those of its producer, which identifies repeats. */
export interface MessageName { deviceId: string | null, session: string, seq: number }
