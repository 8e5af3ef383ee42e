import { Type, type Static } from '@sinclair/typebox'
import {
  DeviceIdSchema, EpochSchema, IdSchema, MessageIdSchema, Nullable, OffsetSchema, SentTimeSchema
} from './common.js'

/** A payload is any JSON object; `PayloadText` holds the bounds that a schema can't say, and how it was written. */
export const PayloadSchema = Type.Record(Type.String(), Type.Unknown(), {
  description: 'Any JSON object of at most `max_payload` bytes and 32 levels; it arrives as it was sent'
})
export type Payload = Static<typeof PayloadSchema>

/** One run of a sender's numbering. */
export const SessionSchema = Type.String({
  minLength: 1,
  maxLength: 64,
  pattern: '^[\\x21-\\x7e]+$',
  description: "Names one run of the sender's numbering"
})

/** Number of a message in its session; it rises, holes allowed. Without a session nothing is compared. */
export const SeqSchema = Type.Integer({
  minimum: 0,
  maximum: Number.MAX_SAFE_INTEGER,
  description: 'Rises within a session; one not above the last accepted is a repeat'
})

/** Milliseconds to add to `timestamp` to get the platform's time, as the device estimates them. */
export const ClockOffsetSchema = Type.Integer({
  minimum: -8.64e15,
  maximum: 8.64e15,
  description: "Milliseconds to add to the device's time to get the platform's"
})

/** The fields of one message, whichever way it comes in. */
export const messageFields = {
  payload: PayloadSchema,
  device_id: Type.Optional(DeviceIdSchema),
  id: Type.Optional(MessageIdSchema),
  session: Type.Optional(SessionSchema),
  seq: Type.Optional(SeqSchema),
  timestamp: Type.Optional(SentTimeSchema),
  clock_offset_ms: Type.Optional(ClockOffsetSchema)
}

/** A message of a WebSocket batch: the connection tells whose it is. */
export const MessageSchema = Type.Object(messageFields, { additionalProperties: false })
export type Message = Static<typeof MessageSchema>

/**
 * What a consumer gets, the same text on every way: live, resumed and from history.
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
      description: "The device's time: RFC 3339 in UTC, with the digits that were sent, three to nine"
    }),
    clock_offset_ms: Type.Optional(ClockOffsetSchema),
    received_at: Type.String({ description: "The platform's time" }),
    payload: PayloadSchema
  },
  { $id: 'Envelope' }
)
export type Envelope = Static<typeof EnvelopeSchema>

const ENVELOPE_HEAD =
  /^\{"type":"data","producer_id":(\d+),"device_id":(null|"(?:[^"\\]|\\.)*"),"epoch":(\d+),"offset":(\d+),/

/** The head of an envelope's text, read without parsing its payload; null if the text is no envelope. */
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
