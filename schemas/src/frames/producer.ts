import { Type, type Static } from '@sinclair/typebox'
import { EpochSchema, IdSchema, MessageIdSchema, OffsetSchema } from '../common.js'
import { MessageSchema, messageFields, SeqSchema } from '../message.js'
import { AuthenticatedFrameSchema, AuthFrameSchema, ErrorFrameSchema } from './common.js'

/** Maximum number of messages in a `batch` frame. */
export const MAX_BATCH_FRAME = 500

export const DataFrameSchema = Type.Object(
  { type: Type.Literal('data'), ...messageFields },
  { additionalProperties: false }
)
export type DataFrame = Static<typeof DataFrameSchema>

export const BatchFrameSchema = Type.Object({
  type: Type.Literal('batch'),
  messages: Type.Array(MessageSchema, { minItems: 1, maxItems: MAX_BATCH_FRAME })
}, { additionalProperties: false })
export type BatchFrame = Static<typeof BatchFrameSchema>

/** Frames sent by producers. */
export const ProducerFrameSchema = Type.Union([DataFrameSchema, BatchFrameSchema, AuthFrameSchema])
export type ProducerFrame = Static<typeof ProducerFrameSchema>

export const ProducerWelcomeFrameSchema = Type.Object({
  type: Type.Literal('welcome'),
  user_id: IdSchema,
  expires_at: Type.String(),
  server_time: Type.String({ description: "The platform's time when this frame was sent" }),
  heartbeat_ms: Type.Integer(),
  max_payload: Type.Integer({ description: 'Maximum payload size, in bytes' }),
  max_frame: Type.Integer({
    description: 'Maximum frame size, in bytes; a larger frame closes the connection with 1009'
  }),
  max_in_flight: Type.Integer({ description: 'Maximum number of unacknowledged messages' })
})
export type ProducerWelcomeFrame = Static<typeof ProducerWelcomeFrameSchema>

const ackFields = {
  subscriberCount: Type.Integer({ minimum: 0 }),
  epoch: EpochSchema,
  offset: OffsetSchema,
  id: Type.Optional(MessageIdSchema),
  seq: Type.Optional(SeqSchema),
  duplicate: Type.Optional(Type.Boolean()),
  received_at: Type.Optional(Type.String({ description: 'The platform\'s time at which the message was accepted' }))
}

/** The message is accepted and stored; it must not be sent again. */
export const AckFrameSchema = Type.Object({ type: Type.Literal('ack'), ...ackFields })
export type AckFrame = Static<typeof AckFrameSchema>

/** The result of one message of a batch: an ack or an error. In the order of the batch. */
export const BatchAckEntrySchema = Type.Union([
  Type.Object(ackFields),
  Type.Object({ error: Type.Omit(ErrorFrameSchema, ['type']) })
])
export type BatchAckEntry = Static<typeof BatchAckEntrySchema>

export const BatchAckFrameSchema = Type.Object({ type: Type.Literal('ack'), acks: Type.Array(BatchAckEntrySchema) })
export type BatchAckFrame = Static<typeof BatchAckFrameSchema>

/** Frames sent by WSS1. */
export const ProducerServerFrameSchema = Type.Union([
  ProducerWelcomeFrameSchema, AckFrameSchema, BatchAckFrameSchema, ErrorFrameSchema, AuthenticatedFrameSchema
])
export type ProducerServerFrame = Static<typeof ProducerServerFrameSchema>
