import { compileChecker, ProblemError, requireScope, type Identity, type ServiceApp } from '@motience/kit'
import { SubscribeBodySchema, smRoutes, type SubscribeBody } from '@motience/schemas'
import type { SmRouteDependencies } from '../dependencies.js'
import { subscribing, unsubscribing } from '../subscriptions/decisions.js'
import { publicSubscription, type SubscriptionRow } from '../subscriptions/row.js'

const noSubscription = () => new ProblemError('MOT_SM_NO_SUBSCRIPTION')
const bodyChecker = compileChecker(SubscribeBodySchema)

const badInput = (path: string, message: string) =>
  new ProblemError('MOT_BAD_INPUT', `\`producer_id\` ${message}`, { errors: [{ path, message }] })

/** The producer of a DELETE: in the query, in a JSON body, or the same in both. */
const producerOf = (inQuery: number | undefined, body: unknown): number => {
  if (body == null) {
    if (inQuery === undefined) throw badInput('/producer_id', 'is missing')
    return inQuery
  }
  if (!bodyChecker.check(body)) {
    throw new ProblemError('MOT_BAD_INPUT', 'Invalid body', { errors: bodyChecker.faults(body) })
  }
  const { producer_id: inBody } = body as SubscribeBody
  if (inQuery !== undefined && inQuery !== inBody) throw badInput('/producer_id', 'differs between query and body')
  return inBody
}

/** Routes for consumers: subscribe, unsubscribe, list subscriptions. */
export const addSubscriptionRoutes = (
  app: ServiceApp,
  { changes, lists, changePublisher, directory, metrics, limitChanges }: SmRouteDependencies
): void => {
  const usernameOf = async ({ userId, username }: Identity): Promise<string> =>
    username ?? (await directory.find(userId))?.username ?? `user ${userId}`

  app.route({
    ...smRoutes.subscribeRoute,
    onRequest: [requireScope('subscriptions', 'consumer'), limitChanges],
    async handler ({ body, identity }, reply) {
      const { producer_id: producerId } = body
      const user = await directory.find(producerId)
      if (user?.role !== 'producer') throw new ProblemError('MOT_SM_NO_SUCH_PRODUCER')
      const pair = { producerId, consumerId: identity.userId, username: await usernameOf(identity) }
      const { row, producer, changed } = await changes.change(pair, subscribing)
      if (!row) throw new Error('The subscription was neither found nor created')
      if (changed) metrics.changed(row.reason)
      await changePublisher.publishChange(row, producer)
      return reply.code(changed ? 201 : 200).send(publicSubscription(row, producer.version))
    }
  })

  /**
   * Whether a DELETE that finds nothing to end repeats one that was not answered with success: then it succeeds.
   * Otherwise there is no subscription.
   */
  const isRepeat = (row: SubscriptionRow, raisedVersion: number): boolean =>
    row.changed_version > raisedVersion || (row.reason === 'unsubscribed' && !row.confirmed)

  app.route({
    ...smRoutes.unsubscribeRoute,
    onRequest: [requireScope('subscriptions', 'consumer'), limitChanges],
    async handler ({ query, body, identity }, reply) {
      const producerId = producerOf(query.producer_id, body)
      const known = await lists.ofConsumer(identity.userId, { producer_id: producerId })
      if (known.subscriptions.length === 0) throw noSubscription()
      const { row, producer, changed } = await changes.change(
        { producerId, consumerId: identity.userId, username: '' },
        unsubscribing
      )
      if (!row) throw noSubscription()
      if (changed) metrics.changed(row.reason)
      else if (!isRepeat(row, producer.raised_version)) throw noSubscription()
      await changePublisher.publishChange(row, producer)
      await changes.confirm(row)
      return reply.code(204).send(null)
    }
  })

  app.route({
    ...smRoutes.subscriptionsRoute,
    onRequest: requireScope('subscriptions', 'consumer', 'service', 'admin'),
    async handler ({ params, query, identity }) {
      if (identity.role === 'consumer' && identity.userId !== params.id) {
        throw new ProblemError('MOT_FORBIDDEN', 'These subscriptions belong to another consumer')
      }
      return await lists.ofConsumer(params.id, query)
    }
  })
}
