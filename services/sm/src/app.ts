import { buildService, limitPerMinute, maxLoopDelayMs, startOutbox, type ServiceApp } from '@motience/kit'
import { createChangePublisher } from './subscriptions/change-publisher.js'
import { createDirectory } from './directory.js'
import { createSmMetrics } from './metrics.js'
import type { SmDependencies, SmRouteDependencies } from './dependencies.js'
import { addSubscriberRoutes } from './routes/subscribers.js'
import { addSubscriptionRoutes } from './routes/subscriptions.js'
import { createChanges } from './subscriptions/changes.js'
import { createLists, keepListsAbove } from './subscriptions/lists.js'
import { createPolicies } from './subscriptions/policies.js'
import { createVersions } from './subscriptions/versions.js'

/** Builds SM, the service of subscriptions, on a migrated database. Reads no environment variables. */
export const buildSm = async (dependencies: SmDependencies): Promise<ServiceApp> => {
  const { database, broker, auth, ap, settings = {}, logger, sweepMs = 2_000, now = Date.now } = dependencies
  const { sql } = database
  const app = await buildService('sm', {
    logger: logger ?? false,
    auth,
    bodyLimit: 65_536,
    maxEventLoopDelayMs: maxLoopDelayMs(database),
    corsOrigin: settings.corsOrigin,
    trustProxy: settings.trustProxy,
    drainMs: settings.drainMs,
    ready: {
      database: async () => await database.ping(),
      broker: async () => await broker.ping(),
      keys: async () => await auth.ready()
    }
  })
  const metrics = createSmMetrics(app.metrics)
  const versions = createVersions({ sql, broker, log: app.log, metrics, now })
  const changePublisher = createChangePublisher({ sql, broker, versions, metrics })
  const routeDependencies: SmRouteDependencies = {
    changes: createChanges(sql, now),
    lists: keepListsAbove(createLists(sql), versions),
    policies: createPolicies(sql),
    changePublisher,
    directory: createDirectory(ap),
    metrics,
    // One count per user over all routes that change something: each change notifies every instance.
    limitChanges: limitPerMinute(app, settings.changeRate ?? 600, ({ identity }) => String(identity.userId))
  }
  addSubscriptionRoutes(app, routeDependencies)
  addSubscriberRoutes(app, routeDependencies)

  const outbox = startOutbox({
    broker,
    log: app.log,
    everyMs: sweepMs,
    pending: changePublisher.pending,
    async publish (producerId) {
      await changePublisher.publishUpTo(producerId, 0)
      app.log.info({ producer_id: producerId }, 'Published pending subscription changes')
    },
    failureMessage: 'Failed to publish subscription changes, retrying'
  })
  app.addHook('onClose', async () => { await outbox.close() })
  return app
}
