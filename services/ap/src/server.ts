import { join } from 'node:path'
import { createLogger, databaseUrl, isMain, listen, openBroker, openDatabase, parseDuration, readEnv, redisUrl, runService, serviceSecret, type Broker, type Database, type Logger } from '@motience/kit'
import { buildAp } from './app.js'
import { ApEnvSchema, type ApEnv } from './env.js'
import { migrateAp } from './migrate.js'

/** What several services in one process have in common. It stays open when AP closes. */
export interface Shared { database?: Database, broker?: Broker, logger?: Logger }

/** A running AP. */
export interface RunningAp { urls: { http: string }, close (): Promise<void> }

/**
 * Opens what is not shared, migrates, and listens on `AP_PORT`. Rejects with an `EnvError` or `StartError` that names
 * the variable that is to blame.
 */
export const startAp = async (env: ApEnv, shared: Shared = {}): Promise<RunningAp> => {
  const secret = serviceSecret(env)
  const lifetimes = { accessMs: parseDuration(env.JWT_EXPIRES_IN), refreshMs: parseDuration(env.JWT_REFRESH_EXPIRES_IN), keyMs: parseDuration(env.JWT_KEY_ROTATION) }
  const logger = shared.logger?.child({ service: 'ap' }) ?? createLogger('ap', env.LOG_LEVEL)
  const own: { close (): Promise<void> }[] = []
  const opened = <T extends { close (): Promise<unknown> }>(part: T): T => {
    own.push({ close: async () => { await part.close() } })
    return part
  }
  const close = async () => {
    for (const part of own.splice(0).reverse()) await part.close()
  }

  try {
    const database = shared.database ?? opened(await openDatabase({ url: databaseUrl(env), dataDir: join(env.DATA_DIR, 'database'), pool: env.DB_POOL, waitMs: env.DB_WAIT_MS, logger }))
    const broker = shared.broker ?? opened(await openBroker({
      url: redisUrl(env),
      mode: env.REDIS_MODE,
      sentinelName: env.REDIS_SENTINEL_NAME,
      limits: { logMaxMessages: env.LOG_MAX_MESSAGES, logMaxAgeSecs: env.LOG_MAX_AGE_SECS },
      waitMs: env.DB_WAIT_MS,
      logger
    }))
    await migrateAp(database)
    const app = opened(await buildAp({
      database, broker, logger, settings: { serviceSecret: secret, lifetimes, loginRate: env.AP_LOGIN_RATE, serviceTokenRate: env.AP_SERVICE_TOKEN_RATE, corsOrigin: env.CORS_ORIGIN, trustProxy: env.TRUST_PROXY }
    }))
    const http = await listen(app, { host: env.HOST, port: env.AP_PORT, variable: 'AP_PORT' })
    return { urls: { http }, close }
  } catch (error) {
    await close()
    throw error
  }
}

if (isMain(import.meta.url)) {
  await runService({ name: 'AP', start: async () => await startAp(readEnv(ApEnvSchema)) })
}
