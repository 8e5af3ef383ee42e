import type { Broker } from '@motience/broker'
import {
  buildService, maxLoopDelayMs, type Authenticator, type Database, type DeviceReporter, type Identity, type Logger,
  type ServiceApp
} from '@motience/kit'
import { createAcceptor } from './accept/acceptor.js'
import { createAcknowledger } from './accept/acknowledger.js'
import { createLanes } from './accept/lanes.js'
import { createWaitForLogRoom } from './accept/wait-for-log-room.js'
import { createCompletionSchedule } from './accept/completion-schedule.js'
import { findLoggedRepeats, findStoredRepeats } from './accept/find-repeats.js'
import { createSender } from './accept/sender.js'
import { findFloors } from './accept/session-floors.js'
import { createEpochOpener } from './accept/epoch-opener.js'
import { addDoors } from './doors/index.js'
import { createAccess } from './history/access.js'
import { createDsmMetrics } from './metrics.js'
import { migrateDsm } from './migrate.js'
import { addDataRoutes } from './routes/data.js'
import { addHistoryRoutes } from './routes/history.js'
import { defaultDsmSettings, type DsmSettings } from './settings.js'
import { createCompletion } from './storage/completion.js'
import { comingDays, ensurePartitions } from './storage/partitions.js'
import { createMaintenance } from './storage/maintenance.js'
import { createWriter } from './storage/writer.js'
import type { SubscriptionSource } from './subscriber-list.js'

/** What DSM is built from. The caller closes the dependencies after the app. */
export interface DsmDependencies {
  database: Database
  broker: Broker
  auth: Authenticator
  source: SubscriptionSource
  /** Is told of devices that send. */
  devices?: DeviceReporter
  settings?: Partial<DsmSettings>
  logger?: Logger
  corsOrigin?: string
  trustProxy?: boolean
  /** Maximum time for requests in flight when the service closes, in milliseconds; 8 s by default. */
  drainMs?: number
  /** Milliseconds since 1970. */
  now?: () => number
}

/** Lets a query name a field that is too long: it gets a problem with the limit rather than a closed connection. */
const MAX_HEADER_BYTES = 131_072

/** Builds DSM and migrates its schema. Closing it waits for pending messages. */
export const buildDsm = async (dependencies: DsmDependencies): Promise<ServiceApp> => {
  const { database, broker, auth, source, now = Date.now } = dependencies
  const settings: DsmSettings = { ...defaultDsmSettings, ...dependencies.settings }
  const { persist } = settings
  await migrateDsm(database)
  await ensurePartitions(database, comingDays(now(), 1))

  const app = await buildService('dsm', {
    ready: { database: () => database.ping(), broker: () => broker.ping(), tokens: () => auth.ready() },
    auth,
    maxEventLoopDelayMs: maxLoopDelayMs(database),
    maxHeaderBytes: MAX_HEADER_BYTES,
    ...(dependencies.logger === undefined ? {} : { logger: dependencies.logger }),
    ...(dependencies.corsOrigin === undefined ? {} : { corsOrigin: dependencies.corsOrigin }),
    ...(dependencies.trustProxy === undefined ? {} : { trustProxy: dependencies.trustProxy }),
    ...(dependencies.drainMs === undefined ? {} : { drainMs: dependencies.drainMs })
  })
  const { devices } = dependencies
  if (devices !== undefined) {
    // Only routes that need an identity have one.
    app.addHook('preHandler', ({ identity }: { identity?: Identity }, _reply, done) => {
      if (identity != null) devices.seen(identity)
      done()
    })
  }
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
  const completionSchedule = createCompletionSchedule(broker, completion, logger, settings.completionDelayMs)
  const send = createSender({
    source,
    metrics,
    broker,
    openNewEpoch: createEpochOpener({ database, broker, source, completion, persist, metrics, now }),
    history: persist ? { findFloors: findFloors(database), waitForLogRoom: createWaitForLogRoom(completion) } : null,
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
    acknowledge: createAcknowledger({
      store: persist ? rows => writer.store(rows) : null,
      findRepeats: persist ? findStoredRepeats(database, broker, completion) : findLoggedRepeats(broker),
      completionSchedule,
      deadlineMs: settings.commitDeadlineMs
    })
  })
  const maintenance = createMaintenance({ database, broker, completion, settings, logger, metrics, now })
  const openAccess = createAccess({ database, broker, completion, source, persist, logger })

  await app.register(async scope => {
    addDataRoutes(scope as ServiceApp, { acceptor, maxPayload: settings.maxPayload, now })
  })
  await app.register(async scope => {
    await addDoors(scope as ServiceApp, { acceptor, maxPayload: settings.maxPayload, now })
  })
  await app.register(async scope => { addHistoryRoutes(scope as ServiceApp, { database, openAccess, metrics }) })
  app.addHook('onClose', async () => {
    await acceptor.close()
    completionSchedule.close()
    await maintenance.close()
  })
  return app
}
