import { join } from 'node:path'
import type { CommonEnv } from '@motience/schemas'
import { openBroker, type Broker, type BrokerLimits } from '@motience/broker'
import { openDatabase, type Database } from '../database/index.js'
import { closeAll } from './close-all.js'
import { databaseUrl, redisUrl, serviceSecret } from './addresses.js'
import { createLogger, serviceLogger } from './logger.js'
import type { Logger, ServiceId } from './service-app.js'

/**
 * What several services in one process share. It stays open when one of them closes. The logger is created by
 * `createProcessLogger`: each service adds its name.
 */
export interface Shared { database?: Database, broker?: Broker, logger?: Logger }

/** A running service and its URLs. */
export interface Running<Urls> {
  urls: Urls
  /** Makes `/ready` return 503 and starts the time of DRAIN_MS, before `close`. */
  startDraining (): void
  close (): Promise<void>
}

/** Something that a service has opened. */
interface Part { startDraining? (): void, close (): unknown }

/** A service while it starts. */
export interface StartingService {
  /** The secret that services sign in with, validated. */
  secret: string
  logger: Logger
  /** Registers something to close with the service, and returns it. */
  opened<Opened extends Part> (part: Opened): Opened
}

/** The variables that name the database. */
export type DatabaseEnv = Parameters<typeof databaseUrl>[0] & Pick<CommonEnv, 'DATA_DIR' | 'DB_POOL' | 'DB_WAIT_MS'>
type LimitsEnv = Pick<CommonEnv, 'LOG_MAX_MESSAGES' | 'LOG_MAX_BYTES' | 'LOG_MAX_AGE_SECS' | 'SESSIONS_MAX_BYTES'>
type BrokerEnv = Parameters<typeof redisUrl>[0] &
  LimitsEnv &
  Pick<CommonEnv, 'REDIS_MODE' | 'REDIS_SENTINEL_NAME' | 'DB_WAIT_MS'>

/** The configured database; the embedded one is in `DATA_DIR/database`. */
export const openServiceDatabase = async (env: DatabaseEnv, logger: Logger): Promise<Database> => await openDatabase({
  url: databaseUrl(env),
  dataDir: join(env.DATA_DIR, 'database'),
  pool: env.DB_POOL,
  waitMs: env.DB_WAIT_MS,
  logger
})

/** The configured limits of the broker. */
export const brokerLimits = (env: LimitsEnv): Partial<BrokerLimits> => ({
  logMaxMessages: env.LOG_MAX_MESSAGES,
  logMaxBytes: env.LOG_MAX_BYTES,
  logMaxAgeSecs: env.LOG_MAX_AGE_SECS,
  sessionsMaxBytes: env.SESSIONS_MAX_BYTES
})

/** The configured broker. */
export const openServiceBroker = async (env: BrokerEnv, logger: Logger): Promise<Broker> => await openBroker({
  url: redisUrl(env),
  mode: env.REDIS_MODE,
  sentinelName: env.REDIS_SENTINEL_NAME,
  limits: brokerLimits(env),
  waitMs: env.DB_WAIT_MS,
  logger
})

/**
 * Starts a service: `start` opens and builds what it needs, and resolves to its URLs. What it registered by `opened` is
 * closed with the service, in reverse order, or immediately if `start` rejects; then this rejects with the same error.
 */
export const startService = async <Urls>(
  name: ServiceId,
  env: Pick<CommonEnv, 'SERVICE_SECRET' | 'LOG_LEVEL'>,
  shared: Shared,
  start: (service: StartingService) => Promise<Urls>
): Promise<Running<Urls>> => {
  const secret = serviceSecret(env)
  const logger = shared.logger === undefined ? createLogger(name, env.LOG_LEVEL) : serviceLogger(shared.logger, name)
  const own: Part[] = []
  const startDraining = () => { for (const part of own) part.startDraining?.() }
  const close = async (): Promise<void> => { await closeAll(own.splice(0).reverse()) }
  try {
    const urls = await start({
      secret,
      logger,
      opened: part => {
        own.push(part)
        return part
      }
    })
    return { urls, startDraining, close }
  } catch (error) {
    await close().catch((closing: unknown) => {
      logger.error({ err: closing }, 'Failed to close after a failed start')
    })
    throw error
  }
}
