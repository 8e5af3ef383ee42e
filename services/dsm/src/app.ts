import type { Broker } from '@motience/broker'
import {
  buildService, migrate, type Authenticator, type Database, type Logger, type ServiceApp, maxLoopDelayMs
} from '@motience/kit'
import { createAcceptor } from './accept/acceptor.js'
import { createKeeper } from './accept/acknowledger.js'
import { createLanes } from './accept/lanes.js'
import { createRelief } from './accept/wait-for-log-room.js'
import { createRepairs } from './accept/completion-schedule.js'
import { findLoggedRepeats, findStoredRepeats } from './accept/find-repeats.js'
import { createSender } from './accept/sender.js'
import { findFloors } from './accept/session-floors.js'
import { createVerifier } from './accept/epoch-opener.js'
import { createAccess } from './history/access.js'
import { createDsmMetrics } from './metrics.js'
import { addDataRoutes } from './routes/data.js'
import { addHistoryRoutes } from './routes/history.js'
import { defaultDsmSettings, type DsmSettings } from './settings.js'
import { createCompletion } from './storage/completion.js'
import { comingDays, ensurePartitions } from './storage/partitions.js'
import { createUpkeep } from './storage/maintenance.js'
import { createWriter } from './storage/writer.js'
import type { SubscriptionSource } from './subscriber-list.js'

/** What DSM is built from. Whoever builds it closes the parts after the app. */
export interface DsmParts {
  database: Database
  broker: Broker
  auth: Authenticator
  source: SubscriptionSource
  settings?: Partial<DsmSettings>
  logger?: Logger
  corsOrigin?: string
  trustProxy?: boolean
  /** Milliseconds since 1970. */
  now?: () => number
}

/** A field may be named that is too long; that is answered with the bound, and not by cutting the connection off. */
const MAX_HEADER_BYTES = 131_072

/** Builds DSM and brings its schema up to date. Closing it waits for what is pending. */
export const buildDsm = async (parts: DsmParts): Promise<ServiceApp> => {
  const { database, broker, auth, source, now = Date.now } = parts
  const settings: DsmSettings = { ...defaultDsmSettings, ...parts.settings }
  const { persist } = settings
  await migrate(database, { schema: 'dsm', folder: new URL('../migrations/', import.meta.url) })
  await ensurePartitions(database, comingDays(now(), 1))

  const app = await buildService('dsm', {
    ready: { database: () => database.ping(), broker: () => broker.ping(), tokens: () => auth.ready() },
    auth,
    maxEventLoopDelayMs: maxLoopDelayMs(database),
    maxHeaderBytes: MAX_HEADER_BYTES,
    ...(parts.logger === undefined ? {} : { logger: parts.logger }),
    ...(parts.corsOrigin === undefined ? {} : { corsOrigin: parts.corsOrigin }),
    ...(parts.trustProxy === undefined ? {} : { trustProxy: parts.trustProxy })
  })
  const logger = app.log
  const lanes = createLanes(settings.maxIdleLanes)
  const metrics = createDsmMetrics(app.metrics, () => acceptor.pending, () => lanes.size)
  const writer = createWriter({ database, logger, metrics, deadlineMs: settings.commitDeadlineMs })
  const completion = createCompletion({
    database,
    broker,
    writer,
    logger,
    metrics,
    onComplete: (producerId, upTo) => {
      lanes.find(producerId)?.stored.reach(upTo)
    }
  })
  const repairs = createRepairs(broker, completion, logger, settings.repairDelayMs)
  const send = createSender({
    source,
    metrics,
    broker,
    verify: createVerifier({ database, broker, source, completion, persist, metrics, now }),
    history: persist ? { findFloors: findFloors(database), relieve: createRelief(completion) } : null,
    wideList: settings.wideList
  })
  const acceptor = createAcceptor({
    broker,
    lanes,
    logger,
    metrics,
    maxPending: settings.maxPending,
    deadlineMs: settings.acceptDeadlineMs,
    send,
    keep: createKeeper({
      store: persist ? rows => writer.store(rows) : null,
      findRepeats: persist ? findStoredRepeats(database, broker, completion) : findLoggedRepeats(broker),
      repairs,
      deadlineMs: settings.commitDeadlineMs
    })
  })
  const upkeep = createUpkeep({ database, broker, completion, settings, logger, metrics, now })
  const openAccess = createAccess({ database, broker, completion, source, persist, logger })

  await app.register(async scope => {
    addDataRoutes(scope as ServiceApp, { acceptor, maxPayload: settings.maxPayload, now })
  })
  await app.register(async scope => { addHistoryRoutes(scope as ServiceApp, { database, openAccess, metrics }) })
  app.addHook('onClose', async () => {
    await acceptor.close()
    repairs.close()
    await upkeep.close()
  })
  return app
}
