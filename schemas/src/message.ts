import { Type, type Static } from '@sinclair/typebox'
import {
  DeviceIdSchema, EpochSchema, IdSchema, MessageIdSchema, Nullable, OffsetSchema, SentTimeSchema
} from './common.js'

/**
 * A payload is any JSON object; `PayloadText` checks the limits that a schema can't express and keeps the exact text.
 */
export const PayloadSchema = Type.Record(Type.String(), Type.Unknown(), {
  description: 'Any JSON object of at most `max_payload` bytes and 32 levels; delivered exactly as it was sent'
})
export type Payload = Static<typeof PayloadSchema>

/** A device session: one run of a device's message numbering. */
export const SessionSchema = Type.String({
  minLength: 1,
  maxLength: 64,
  pattern: '^[\\x21-\\x7e]+$',
  description: "Device session: one run of the sender's message numbering"
})

/** Number of a message in its device session; increasing, gaps allowed. Ignored without a session. */
export const SeqSchema = Type.Integer({
  minimum: 0,
  maximum: Number.MAX_SAFE_INTEGER,
  description:
    'Sequence number, increasing within a session; a message whose number is not higher than the last is a duplicate'
})

/** The device's estimate of the milliseconds to add to `timestamp` to get the platform's time. */
export const ClockOffsetSchema = Type.Integer({
  minimum: -8.64e15,
  maximum: 8.64e15,
  description: "Milliseconds to add to the device's time to get the platform's time"
})

/** The fields of a message, over every transport. */
export const messageFields = {
  payload: PayloadSchema,
  device_id: Type.Optional(DeviceIdSchema),
  id: Type.Optional(MessageIdSchema),
  session: Type.Optional(SessionSchema),
  seq: Type.Optional(SeqSchema),
  timestamp: Type.Optional(SentTimeSchema),
  clock_offset_ms: Type.Optional(ClockOffsetSchema)
}

/** A message in a WebSocket batch; its producer is the user of the connection. */
export const MessageSchema = Type.Object(messageFields, { additionalProperties: false })
export type Message = Static<typeof MessageSchema>

/**
 * A message as consumers receive it, byte for byte the same live, replayed and from history.
 * The text always begins with `type`, `producer_id`, `device_id`, `epoch`, `offset`, in this order.
 */
export const EnvelopeSchema = Type.Object(
  {
    type: Type.Literal('data'),
    producer_id: IdSchema,
    device_id: Nullable(DeviceIdSchema),
    epoch: EpochSchema,
    offset: OffsetSchema,
    id: Nullable(MessageIdSchema),
    session: Nullable(SessionSchema),
    seq: Nullable(SeqSchema),
    timestamp: Type.String({
      description: "The device's time: RFC 3339 in UTC, with the fractional digits that were sent, three to nine"
    }),
    clock_offset_ms: Type.Optional(ClockOffsetSchema),
    received_at: Type.String({ description: "The platform's time at which the message was accepted" }),
    payload: PayloadSchema
  },
  { $id: 'Envelope' }
)
export type Envelope = Static<typeof EnvelopeSchema>

const ENVELOPE_HEAD =
  /^\{"type":"data","producer_id":(\d+),"device_id":(null|"(?:[^"\\]|\\.)*"),"epoch":(\d+),"offset":(\d+),/

/** Reads the head of an envelope without parsing its payload; null if the text is not an envelope. */
export const readEnvelopeHead = (
  text: string
): { producer_id: number; device_id: string | null; epoch: number; offset: number } | null => {
  const match = ENVELOPE_HEAD.exec(text)
  if (match === null) return null
  return {
    producer_id: Number(match[1]),
    device_id: JSON.parse(match[2]!) as string | null,
    epoch: Number(match[3]),
    offset: Number(match[4])
  }
}
