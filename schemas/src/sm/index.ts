import { Type, type Static } from '@sinclair/typebox'
import { CursorSchema, IdSchema, LimitSchema, Nullable, StringEnum } from '../common.js'

export const SubscriptionStatusSchema = StringEnum(['active', 'pending', 'inactive'])
export type SubscriptionStatus = Static<typeof SubscriptionStatusSchema>

/** Subscriber list version: incremented with every change to a producer's subscribers. */
export const VersionSchema = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })

export const SubscriptionSchema = Type.Object({
  id: IdSchema,
  consumer_id: IdSchema,
  producer_id: IdSchema,
  status: SubscriptionStatusSchema,
  created_at: Type.String(),
  activated_at: Nullable(Type.String()),
  activated_version: Type.Optional(Nullable(VersionSchema)),
  version: Type.Optional(VersionSchema)
}, { $id: 'Subscription' })
export type Subscription = Static<typeof SubscriptionSchema>

export const SubscribeBodySchema = Type.Object({ producer_id: IdSchema }, { additionalProperties: false })
export type SubscribeBody = Static<typeof SubscribeBodySchema>

export const UnsubscribeQuerySchema = Type.Object(
  { producer_id: Type.Optional(IdSchema) },
  { additionalProperties: false }
)

/**
 * OpenAPI allows one name per path parameter: in `/subscriptions/{id}`, `id` is a consumer for GET and a subscription
 * for PATCH.
 */
export const ConsumerParamsSchema = Type.Object({ id: IdSchema })
export const ProducerParamsSchema = Type.Object({ producerId: IdSchema })
export const SubscriptionParamsSchema = Type.Object({ id: IdSchema })

/** `producer_id` filters by producer. */
export const SubscriptionsQuerySchema = Type.Object({
  producer_id: Type.Optional(IdSchema),
  status: Type.Optional(SubscriptionStatusSchema),
  limit: Type.Optional(LimitSchema),
  cursor: Type.Optional(CursorSchema)
}, { additionalProperties: false })

/**
 * Each subscription has the `activated_version` from which its consumer may see messages, and its producer's current
 * `version`.
 */
export const SubscriptionsSchema = Type.Object({
  consumer_id: IdSchema,
  subscriptions: Type.Array(SubscriptionSchema),
  next_cursor: Nullable(Type.String())
})
export type Subscriptions = Static<typeof SubscriptionsSchema>

export const SubscribersQuerySchema = Type.Object({
  status: Type.Optional(SubscriptionStatusSchema),
  limit: Type.Optional(LimitSchema),
  cursor: Type.Optional(CursorSchema)
}, { additionalProperties: false })

export const SubscriberSchema = Type.Object({
  subscription_id: IdSchema,
  consumer_id: IdSchema,
  username: Type.String(),
  status: SubscriptionStatusSchema,
  activated_at: Nullable(Type.String()),
  activated_version: Type.Optional(Nullable(VersionSchema))
})
export type Subscriber = Static<typeof SubscriberSchema>

export const SubscribersSchema = Type.Object({
  producer_id: IdSchema,
  version: VersionSchema,
  subscribers: Type.Array(SubscriberSchema),
  next_cursor: Nullable(Type.String())
})
export type Subscribers = Static<typeof SubscribersSchema>

export const SubscriptionPatchSchema = Type.Object({
  status: StringEnum(['active', 'inactive'])
}, { additionalProperties: false })

export const PolicySchema = Type.Object({
  approval: StringEnum(['automatic', 'manual'])
}, { additionalProperties: false })
export type Policy = Static<typeof PolicySchema>
