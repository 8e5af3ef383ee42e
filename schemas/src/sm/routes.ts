import { bearer, NoContentSchema, problems, withExample } from '../route.js'
import * as examples from './examples.js'
import {
  ConsumerParamsSchema, PolicySchema, ProducerParamsSchema, SubscribeBodySchema, SubscribersQuerySchema,
  SubscribersSchema, SubscriptionParamsSchema, SubscriptionPatchSchema, SubscriptionSchema, SubscriptionsQuerySchema,
  SubscriptionsSchema, UnsubscribeQuerySchema
} from './index.js'

const guarded = ['MOT_UNAUTHORIZED', 'MOT_TOKEN_EXPIRED', 'MOT_TOKEN_REVOKED', 'MOT_FORBIDDEN'] as const

export const subscribeRoute = {
  method: 'POST',
  url: '/api/subscribe',
  schema: {
    operationId: 'subscribe',
    tags: ['subscriptions'],
    summary: 'Subscribe to a producer; returns 200 if the subscription exists already',
    security: bearer,
    body: withExample(SubscribeBodySchema, { producer_id: 7 }),
    response: {
      200: withExample(SubscriptionSchema, examples.subscription),
      201: withExample(SubscriptionSchema, examples.subscription),
      ...problems(...guarded, 'MOT_SM_NO_SUCH_PRODUCER')
    }
  }
} as const

/** The producer is given in the query, or in an optional JSON body `{producer_id}` that the handler validates. */
export const unsubscribeRoute = {
  method: 'DELETE',
  url: '/api/unsubscribe',
  schema: {
    operationId: 'unsubscribe',
    tags: ['subscriptions'],
    summary: 'Unsubscribe; messages accepted after the response are not delivered',
    security: bearer,
    querystring: withExample(UnsubscribeQuerySchema, { producer_id: 7 }),
    response: { 204: NoContentSchema, ...problems(...guarded, 'MOT_SM_NO_SUBSCRIPTION') }
  }
} as const

export const subscriptionsRoute = {
  method: 'GET',
  url: '/api/subscriptions/:id',
  schema: {
    operationId: 'listSubscriptions',
    tags: ['subscriptions'],
    summary: 'List the subscriptions of a consumer',
    security: bearer,
    params: withExample(ConsumerParamsSchema, { id: 9 }),
    querystring: withExample(SubscriptionsQuerySchema, { limit: 100 }),
    response: { 200: withExample(SubscriptionsSchema, examples.subscriptions), ...problems(...guarded) }
  }
} as const

export const subscribersRoute = {
  method: 'GET',
  url: '/api/subscribers/:producerId',
  schema: {
    operationId: 'listSubscribers',
    tags: ['subscribers'],
    summary: 'List the subscribers of a producer',
    security: bearer,
    params: withExample(ProducerParamsSchema, { producerId: 7 }),
    querystring: withExample(SubscribersQuerySchema, { limit: 100 }),
    response: { 200: withExample(SubscribersSchema, examples.subscribers), ...problems(...guarded) }
  }
} as const

export const patchSubscriptionRoute = {
  method: 'PATCH',
  url: '/api/subscriptions/:id',
  schema: {
    operationId: 'changeSubscription',
    tags: ['subscribers'],
    summary: 'Approve, reject or revoke a subscription',
    security: bearer,
    params: withExample(SubscriptionParamsSchema, { id: 12 }),
    body: withExample(SubscriptionPatchSchema, { status: 'inactive' }),
    response: {
      200: withExample(SubscriptionSchema, examples.ended),
      ...problems(...guarded, 'MOT_SM_NO_SUBSCRIPTION', 'MOT_SM_NOT_ASKED')
    }
  }
} as const

export const getPolicyRoute = {
  method: 'GET',
  url: '/api/producers/:producerId/policy',
  schema: {
    operationId: 'getPolicy',
    tags: ['subscribers'],
    summary: 'Get the approval policy for new subscriptions',
    security: bearer,
    params: withExample(ProducerParamsSchema, { producerId: 7 }),
    response: { 200: withExample(PolicySchema, { approval: 'manual' }), ...problems(...guarded) }
  }
} as const

export const putPolicyRoute = {
  method: 'PUT',
  url: '/api/producers/:producerId/policy',
  schema: {
    operationId: 'setPolicy',
    tags: ['subscribers'],
    summary: 'Set the approval policy for new subscriptions',
    security: bearer,
    params: withExample(ProducerParamsSchema, { producerId: 7 }),
    body: withExample(PolicySchema, { approval: 'manual' }),
    response: { 200: withExample(PolicySchema, { approval: 'manual' }), ...problems(...guarded) }
  }
} as const
