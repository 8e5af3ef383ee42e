import { Type, type Static } from '@sinclair/typebox'
import { IdSchema, TimestampSchema } from './common.js'

/**
 * Events that the broker's `control` channel carries to every service.
 * An event may be delivered more than once; handling it is idempotent.
 */
export const ControlEventSchema = Type.Union([
  Type.Object({
    type: Type.Literal('session-revoked'),
    sid: Type.String(),
    user_id: IdSchema,
    reason: Type.Union([
      Type.Literal('logout'),
      Type.Literal('password-changed'),
      Type.Literal('refresh-reused'),
      Type.Literal('revoked')
    ]),
    expires_at: TimestampSchema
  }),
  Type.Object({
    type: Type.Literal('user-disabled'),
    user_id: IdSchema,
    expires_at: TimestampSchema
  }),
  Type.Object({
    type: Type.Literal('user-enabled'),
    user_id: IdSchema
  }),
  Type.Object({
    type: Type.Literal('subscription-changed'),
    producer_id: IdSchema,
    consumer_id: IdSchema,
    status: Type.Union([Type.Literal('active'), Type.Literal('pending'), Type.Literal('inactive')]),
    reason: Type.String(),
    version: Type.Integer({ minimum: 0 }),
    /**
     * The subscriber list version that this change alone turned into `version`. Null or absent where that can't be
     * said: a subscriber list then has to be read again.
     */
    previous_version: Type.Optional(Type.Union([Type.Integer({ minimum: 0 }), Type.Null()])),
    activated_version: Type.Union([Type.Integer({ minimum: 0 }), Type.Null()])
  })
])
export type ControlEvent = Static<typeof ControlEventSchema>
