import { buildService, type ServiceApp, maxLoopDelayMs } from '@motience/kit'
import { createAnnouncer } from './announcements/announcer.js'
import { startAnnouncementWorker } from './announcements/worker.js'
import { createDirectory } from './directory.js'
import { createSmMetrics } from './metrics.js'
import type { SmDependencies, SmRouteDependencies } from './dependencies.js'
import { changeLimiter } from './routes/rates.js'
import { addSubscriberRoutes } from './routes/subscribers.js'
import { addSubscriptionRoutes } from './routes/subscriptions.js'
import { createChanges } from './subscriptions/changes.js'
import { createLists, keepListsAbove } from './subscriptions/lists.js'
import { createPolicies } from './subscriptions/policies.js'
import { createVersions } from './subscriptions/versions.js'

/** Builds SM: who is subscribed to whom. The database has to be migrated before. Knows no environment. */
export const buildSm = async (options: SmDependencies): Promise<ServiceApp> => {
  const { database, broker, auth, ap, settings = {}, logger, sweepMs = 2_000, now = Date.now } = options
  const { sql } = database
  const app = await buildService('sm', {
    logger: logger ?? false,
    auth,
    bodyLimit: 65_536,
    maxEventLoopDelayMs: maxLoopDelayMs(database),
    corsOrigin: settings.corsOrigin,
    trustProxy: settings.trustProxy,
    ready: {
      database: async () => await database.ping(),
      broker: async () => await broker.ping(),
      keys: async () => await auth.ready()
    }
  })
  const metrics = createSmMetrics(app.metrics)
  const versions = createVersions({ sql, broker, log: app.log, metrics, now })
  const announcer = createAnnouncer({ sql, broker, versions, metrics })
  const parts: SmRouteDependencies = {
    changes: createChanges(sql, now),
    lists: keepListsAbove(createLists(sql), versions),
    policies: createPolicies(sql),
    announcer,
    directory: createDirectory(ap),
    metrics,
    limitChanges: changeLimiter(app, settings.changeRate ?? 600)
  }
  addSubscriptionRoutes(app, parts)
  addSubscriberRoutes(app, parts)

  const worker = startAnnouncementWorker({ announcer, broker, log: app.log, everyMs: sweepMs })
  app.addHook('onClose', async () => { await worker.close() })
  return app
}
