import { Type, type Static } from '@sinclair/typebox'
import { EpochSchema, IdSchema, OffsetSchema, PositionSchema } from '../common.js'
import { EnvelopeSchema } from '../message.js'
import { MAX_RESUME_POSITIONS } from '../protocol.js'
import { AuthenticatedFrameSchema, AuthFrameSchema, ErrorFrameSchema } from './both.js'

/**
 * Asks for everything after these positions, and then live data. On a connection with `?resume=true` the first one
 * without `more` also ends the wait: the producers that were not named go on from their position in the welcome.
 */
export const ResumeFrameSchema = Type.Object(
  {
    type: Type.Literal('resume'),
    positions: Type.Array(PositionSchema, { maxItems: MAX_RESUME_POSITIONS, description: 'May be empty' }),
    more: Type.Optional(
      Type.Boolean({ description: 'Another `resume` follows; the producers not named yet wait for it' })
    )
  },
  { additionalProperties: false }
)
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

/** Why messages are missing: the log was trimmed, a new epoch began, or the log never had the position. */
export const ResumedReasonSchema = Type.Union([
  Type.Literal('trimmed'),
  Type.Literal('epoch'),
  Type.Literal('position')
])
export type ResumedReason = Static<typeof ResumedReasonSchema>

/**
 * Where one producer's stream stands now: after `to` of `epoch`. What follows it is `to` + 1.
 *
 * `recovered: false` stands exactly where something may be missing: between the last message (or the position that was
 * asked for) and the next, `from` = `to` + 1; `GET /api/data/{producer_id}` has what is left of it. It comes before the
 * first message of a new epoch, asked for or not. `recovered: true` loses nothing: it ends a replay that was asked for
 * (`from`…`to` were sent since the last such frame, `from` = `to` + 1 for none), or stands where messages are passed
 * over that were accepted while the consumer was not subscribed.
 */
export const ResumedFrameSchema = Type.Object({
  type: Type.Literal('resumed'),
  producer_id: IdSchema,
  epoch: EpochSchema,
  recovered: Type.Boolean({ description: 'Whether nothing is missing before this frame' }),
  from: OffsetSchema,
  to: OffsetSchema,
  reason: Type.Optional(ResumedReasonSchema)
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
export const SlowPolicySchema = Type.Union([Type.Literal('close'), Type.Literal('drop'), Type.Literal('latest')], {
  default: 'close'
})
export type SlowPolicy = Static<typeof SlowPolicySchema>
