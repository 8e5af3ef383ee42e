import { ProblemError, requireScope, type Identity, type ServiceApp } from '@motience/kit'
import { smRoutes } from '@motience/schemas'
import type { SmRouteDependencies } from '../dependencies.js'
import { approving, revoking } from '../subscriptions/decisions.js'
import { publicSubscription } from '../subscriptions/row.js'

const onlyOwn = (identity: Identity, producerId: number): void => {
  if (identity.role === 'producer' && identity.userId !== producerId) {
    throw new ProblemError('MOT_FORBIDDEN', 'This belongs to another producer')
  }
}

/** Routes for producers: list subscribers, approve, refuse and revoke subscriptions, set the approval policy. */
export const addSubscriberRoutes = (
  app: ServiceApp,
  { changes, lists, policies, changePublisher, metrics, limitChanges }: SmRouteDependencies
): void => {
  app.route({
    ...smRoutes.subscribersRoute,
    onRequest: requireScope('subscriptions', 'producer', 'service', 'admin'),
    async handler ({ params, query, identity }) {
      onlyOwn(identity, params.producerId)
      return await lists.ofProducer(params.producerId, query)
    }
  })

  app.route({
    ...smRoutes.patchSubscriptionRoute,
    onRequest: [requireScope('subscriptions', 'producer'), limitChanges],
    async handler ({ params, body, identity }) {
      const found = await changes.byId(params.id)
      if (!found) throw new ProblemError('MOT_SM_NO_SUBSCRIPTION')
      onlyOwn(identity, found.producer_id)
      const pair = { producerId: found.producer_id, consumerId: found.consumer_id, username: found.username }
      const { row, producer, changed } = await changes.change(pair, body.status === 'active' ? approving : revoking)
      if (!row) throw new ProblemError('MOT_SM_NO_SUBSCRIPTION')
      if (changed) metrics.changed(row.reason)
      await changePublisher.publishChange(row, producer)
      return publicSubscription(row, producer.version)
    }
  })

  app.route({
    ...smRoutes.getPolicyRoute,
    onRequest: requireScope('subscriptions', 'producer'),
    async handler ({ params, identity }) {
      onlyOwn(identity, params.producerId)
      return await policies.of(params.producerId)
    }
  })

  app.route({
    ...smRoutes.putPolicyRoute,
    onRequest: [requireScope('subscriptions', 'producer'), limitChanges],
    async handler ({ params, body, identity }) {
      onlyOwn(identity, params.producerId)
      await policies.set(params.producerId, body)
      return body
    }
  })
}
