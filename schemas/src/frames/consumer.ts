import { Type, type Static } from '@sinclair/typebox'
import { EpochSchema, IdSchema, OffsetSchema, PositionSchema } from '../common.js'
import { EnvelopeSchema } from '../message.js'
import { MAX_RESUME_POSITIONS } from '../protocol.js'
import { AuthenticatedFrameSchema, AuthFrameSchema, ErrorFrameSchema } from './common.js'

/**
 * Requests a replay from these positions, followed by live data. On a connection with `?resume=true`, the first one
 * without `more` also starts the producers that were not listed, from their position in the welcome.
 */
export const ResumeFrameSchema = Type.Object(
  {
    type: Type.Literal('resume'),
    positions: Type.Array(PositionSchema, { maxItems: MAX_RESUME_POSITIONS, description: 'May be empty' }),
    more: Type.Optional(
      Type.Boolean({ description: 'Another `resume` follows; producers that are not listed yet wait for it' })
    )
  },
  { additionalProperties: false }
)
export type ResumeFrame = Static<typeof ResumeFrameSchema>

/** Frames sent by consumers. */
export const ConsumerFrameSchema = Type.Union([ResumeFrameSchema, AuthFrameSchema])
export type ConsumerFrame = Static<typeof ConsumerFrameSchema>

export const ConsumerWelcomeFrameSchema = Type.Object({
  type: Type.Literal('welcome'),
  user_id: IdSchema,
  expires_at: Type.String(),
  server_time: Type.String(),
  heartbeat_ms: Type.Integer(),
  subscriptions: Type.Array(PositionSchema, { description: 'Active subscriptions; live data follows these positions' })
})
export type ConsumerWelcomeFrame = Static<typeof ConsumerWelcomeFrameSchema>

/** Why messages are missing: the log was trimmed, a new epoch began, or the log never reached the position. */
export const ResumedReasonSchema = Type.Union([
  Type.Literal('trimmed'),
  Type.Literal('epoch'),
  Type.Literal('position')
])
export type ResumedReason = Static<typeof ResumedReasonSchema>

/**
 * The current position of one producer's stream: `to` in `epoch`. The next message has the offset `to` + 1.
 *
 * `recovered: false` is sent exactly where messages may be missing, between the last message (or the requested
 * position) and the next one, `from` = `to` + 1; `GET /api/data/{producer_id}` returns what is still stored of them. It
 * also precedes the first message of every new epoch. With `recovered: true` nothing is missing: it ends a requested
 * replay (`from`…`to` were sent since the last such frame, `from` = `to` + 1 for none), or skips messages that were
 * accepted while the consumer was not subscribed.
 */
export const ResumedFrameSchema = Type.Object({
  type: Type.Literal('resumed'),
  producer_id: IdSchema,
  epoch: EpochSchema,
  recovered: Type.Boolean({ description: 'Whether every message before this frame was delivered' }),
  from: OffsetSchema,
  to: OffsetSchema,
  reason: Type.Optional(ResumedReasonSchema)
})
export type ResumedFrame = Static<typeof ResumedFrameSchema>

/** The consumer was granted access to this producer's data after this position. */
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

/** Frames sent by WSS2. */
export const ConsumerServerFrameSchema = Type.Union([
  ConsumerWelcomeFrameSchema, EnvelopeSchema, ResumedFrameSchema, SubscribedFrameSchema,
  UnsubscribedFrameSchema, GapFrameSchema, ErrorFrameSchema, AuthenticatedFrameSchema
])
export type ConsumerServerFrame = Static<typeof ConsumerServerFrameSchema>

/** What happens to a consumer that reads more slowly than data arrives. */
export const SlowPolicySchema = Type.Union([Type.Literal('close'), Type.Literal('drop'), Type.Literal('latest')], {
  default: 'close'
})
export type SlowPolicy = Static<typeof SlowPolicySchema>
