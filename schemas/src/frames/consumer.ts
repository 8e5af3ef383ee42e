import { Type, type Static } from '@sinclair/typebox'
import { EpochSchema, IdSchema, OffsetSchema, PositionSchema } from '../common.js'
import { EnvelopeSchema } from '../message.js'
import { AuthenticatedFrameSchema, AuthFrameSchema, ErrorFrameSchema } from './both.js'

/** Most positions in one `resume` frame; a consumer with more sends several frames. */
export const MAX_RESUME_POSITIONS = 1000

/** Asks for everything after these positions, and then live data. */
export const ResumeFrameSchema = Type.Object({
  type: Type.Literal('resume'),
  positions: Type.Array(PositionSchema, { minItems: 1, maxItems: MAX_RESUME_POSITIONS })
}, { additionalProperties: false })
export type ResumeFrame = Static<typeof ResumeFrameSchema>

/** Everything that a consumer may send. */
export const ConsumerFrameSchema = Type.Union([ResumeFrameSchema, AuthFrameSchema])
export type ConsumerFrame = Static<typeof ConsumerFrameSchema>

export const ConsumerWelcomeFrameSchema = Type.Object({
  type: Type.Literal('welcome'),
  user_id: IdSchema,
  expires_at: Type.String(),
  server_time: Type.String(),
  heartbeat_ms: Type.Integer(),
  subscriptions: Type.Array(PositionSchema, { description: 'The active ones; live data follows these positions' })
})
export type ConsumerWelcomeFrame = Static<typeof ConsumerWelcomeFrameSchema>

/**
 * Ends a resume of one producer: the messages `from`…`to` of `epoch` were sent before it (`from` = `to` + 1 where
 * there were none), and live data follows. With `recovered: false` what came between the asked position and `from`
 * is not in the log any more, or was numbered in another epoch: `GET /api/data/{producer_id}` has what is left.
 * The server also sends it by itself when a producer's epoch changes on a live connection.
 */
export const ResumedFrameSchema = Type.Object({
  type: Type.Literal('resumed'),
  producer_id: IdSchema,
  epoch: EpochSchema,
  recovered: Type.Boolean(),
  from: OffsetSchema,
  to: OffsetSchema
})
export type ResumedFrame = Static<typeof ResumedFrameSchema>

/** The consumer may see this producer's data from after this position on. */
export const SubscribedFrameSchema = Type.Object({
  type: Type.Literal('subscribed'),
  producer_id: IdSchema,
  epoch: EpochSchema,
  offset: OffsetSchema
})
export type SubscribedFrame = Static<typeof SubscribedFrameSchema>

export const UnsubscribedFrameSchema = Type.Object({
  type: Type.Literal('unsubscribed'),
  producer_id: IdSchema,
  reason: Type.String()
})
export type UnsubscribedFrame = Static<typeof UnsubscribedFrameSchema>

/** The messages `from`…`to` were dropped. */
export const GapFrameSchema = Type.Object({
  type: Type.Literal('gap'),
  producer_id: IdSchema,
  epoch: EpochSchema,
  from: OffsetSchema,
  to: OffsetSchema,
  reason: Type.String()
})
export type GapFrame = Static<typeof GapFrameSchema>

/** Everything that WSS2 sends. */
export const ConsumerServerFrameSchema = Type.Union([
  ConsumerWelcomeFrameSchema, EnvelopeSchema, ResumedFrameSchema, SubscribedFrameSchema,
  UnsubscribedFrameSchema, GapFrameSchema, ErrorFrameSchema, AuthenticatedFrameSchema
])
export type ConsumerServerFrame = Static<typeof ConsumerServerFrameSchema>

/** What happens to a consumer that reads slower than it is sent to. */
export const SlowPolicySchema = Type.Union([Type.Literal('close'), Type.Literal('drop'), Type.Literal('latest')], { default: 'close' })
export type SlowPolicy = Static<typeof SlowPolicySchema>
