import { Type, type Static } from '@sinclair/typebox'
import { EpochSchema, IdSchema, MessageIdSchema, OffsetSchema } from '../common.js'
import { MessageSchema, messageFields, SeqSchema } from '../message.js'
import { AuthenticatedFrameSchema, AuthFrameSchema, ErrorFrameSchema } from './both.js'

/** Most messages in one `batch` frame. */
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

/** Everything that a producer may send. */
export const ProducerFrameSchema = Type.Union([DataFrameSchema, BatchFrameSchema, AuthFrameSchema])
export type ProducerFrame = Static<typeof ProducerFrameSchema>

export const ProducerWelcomeFrameSchema = Type.Object({
  type: Type.Literal('welcome'),
  user_id: IdSchema,
  expires_at: Type.String(),
  server_time: Type.String({ description: 'The platform\'s time as this frame is written' }),
  heartbeat_ms: Type.Integer(),
  max_payload: Type.Integer({ description: 'Bytes of one payload' }),
  max_frame: Type.Integer({ description: 'Bytes of one frame; a longer one ends the connection with 1009' }),
  max_in_flight: Type.Integer({ description: 'Messages that may wait for their ack' })
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

/** The message is kept: it needs no repeat. */
export const AckFrameSchema = Type.Object({ type: Type.Literal('ack'), ...ackFields })
export type AckFrame = Static<typeof AckFrameSchema>

/** One entry of a batch's ack: as an ack, or what was refused. In the order of the batch. */
export const BatchAckEntrySchema = Type.Union([
  Type.Object(ackFields),
  Type.Object({ error: Type.Omit(ErrorFrameSchema, ['type']) })
])
export type BatchAckEntry = Static<typeof BatchAckEntrySchema>

export const BatchAckFrameSchema = Type.Object({ type: Type.Literal('ack'), acks: Type.Array(BatchAckEntrySchema) })
export type BatchAckFrame = Static<typeof BatchAckFrameSchema>

/** Everything that WSS1 sends. */
export const ProducerServerFrameSchema = Type.Union([
  ProducerWelcomeFrameSchema, AckFrameSchema, BatchAckFrameSchema, ErrorFrameSchema, AuthenticatedFrameSchema
])
export type ProducerServerFrame = Static<typeof ProducerServerFrameSchema>
