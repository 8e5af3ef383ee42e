import { bearer, NoContentSchema, problems } from '../route.js'
import {
  ConsumerParamsSchema, PolicySchema, ProducerParamsSchema, SubscribeBodySchema, SubscribersQuerySchema, SubscribersSchema,
  SubscriptionParamsSchema, SubscriptionPatchSchema, SubscriptionSchema, SubscriptionsQuerySchema, SubscriptionsSchema, UnsubscribeQuerySchema
} from './index.js'

const guarded = ['MOT_UNAUTHORIZED', 'MOT_TOKEN_EXPIRED', 'MOT_TOKEN_REVOKED', 'MOT_FORBIDDEN'] as const

export const subscribeRoute = {
  method: 'POST',
  url: '/api/subscribe',
  schema: {
    operationId: 'subscribe',
    tags: ['subscriptions'],
    summary: 'Subscribe to a producer; 200 with the same row when the subscription stands already',
    security: bearer,
    body: SubscribeBodySchema,
    response: { 200: SubscriptionSchema, 201: SubscriptionSchema, ...problems(...guarded, 'MOT_SM_NO_SUCH_PRODUCER') }
  }
} as const

/** The producer comes in the query, or in a JSON body `{producer_id}` that the handler checks, since a DELETE need have none. */
export const unsubscribeRoute = {
  method: 'DELETE',
  url: '/api/unsubscribe',
  schema: {
    operationId: 'unsubscribe',
    tags: ['subscriptions'],
    summary: 'End a subscription; nothing that is accepted after the answer is seen',
    security: bearer,
    querystring: UnsubscribeQuerySchema,
    response: { 204: NoContentSchema, ...problems(...guarded, 'MOT_SM_NO_SUBSCRIPTION') }
  }
} as const

export const subscriptionsRoute = {
  method: 'GET',
  url: '/api/subscriptions/:id',
  schema: {
    operationId: 'listSubscriptions',
    tags: ['subscriptions'],
    summary: 'What the consumer with this id is subscribed to',
    security: bearer,
    params: ConsumerParamsSchema,
    querystring: SubscriptionsQuerySchema,
    response: { 200: SubscriptionsSchema, ...problems(...guarded) }
  }
} as const

export const subscribersRoute = {
  method: 'GET',
  url: '/api/subscribers/:producerId',
  schema: {
    operationId: 'listSubscribers',
    tags: ['subscribers'],
    summary: 'Who is subscribed to a producer',
    security: bearer,
    params: ProducerParamsSchema,
    querystring: SubscribersQuerySchema,
    response: { 200: SubscribersSchema, ...problems(...guarded) }
  }
} as const

export const patchSubscriptionRoute = {
  method: 'PATCH',
  url: '/api/subscriptions/:id',
  schema: {
    operationId: 'changeSubscription',
    tags: ['subscribers'],
    summary: 'Approve, refuse or revoke the subscription with this id',
    security: bearer,
    params: SubscriptionParamsSchema,
    body: SubscriptionPatchSchema,
    response: { 200: SubscriptionSchema, ...problems(...guarded, 'MOT_SM_NO_SUBSCRIPTION', 'MOT_SM_NOT_ASKED') }
  }
} as const

export const getPolicyRoute = {
  method: 'GET',
  url: '/api/producers/:producerId/policy',
  schema: {
    operationId: 'getPolicy',
    tags: ['subscribers'],
    summary: 'How new subscriptions are approved',
    security: bearer,
    params: ProducerParamsSchema,
    response: { 200: PolicySchema, ...problems(...guarded) }
  }
} as const

export const putPolicyRoute = {
  method: 'PUT',
  url: '/api/producers/:producerId/policy',
  schema: {
    operationId: 'setPolicy',
    tags: ['subscribers'],
    summary: 'Change how new subscriptions are approved',
    security: bearer,
    params: ProducerParamsSchema,
    body: PolicySchema,
    response: { 200: PolicySchema, ...problems(...guarded) }
  }
} as const
