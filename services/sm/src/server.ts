import { join } from 'node:path'
import { createAuthenticator, createInternalClients, createLogger, createServiceTokens, databaseUrl, isMain, listen, openBroker, openDatabase, readEnv, redisUrl, runService, serviceSecret, type Broker, type Database, type Logger } from '@motience/kit'
import { buildSm } from './app.js'
import { SmEnvSchema, type SmEnv } from './env.js'
import { migrateSm } from './migrate.js'

/** What several services in one process have in common. It stays open when SM closes. */
export interface Shared { database?: Database, broker?: Broker, logger?: Logger }

/** A running SM. */
export interface RunningSm { urls: { http: string }, close (): Promise<void> }

/**
 * Opens what is not shared, migrates, and listens on `SM_PORT`. Rejects with an `EnvError` or `StartError` that names
 * the variable that is to blame.
 */
export const startSm = async (env: SmEnv, shared: Shared = {}): Promise<RunningSm> => {
  const secret = serviceSecret(env)
  const logger = shared.logger?.child({ service: 'sm' }) ?? createLogger('sm', env.LOG_LEVEL)
  const own: (() => Promise<unknown>)[] = []
  const close = async () => {
    for (const end of own.splice(0).reverse()) await end()
  }
  const opened = <T extends { close (): unknown }>(part: T): T => {
    own.push(async () => await part.close())
    return part
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
    await migrateSm(database)
    const auth = opened(createAuthenticator({ apUrl: env.AP_URL, broker, logger }))
    const tokens = opened(createServiceTokens({ apUrl: env.AP_URL, service: 'sm', secret }))
    const { ap } = opened(createInternalClients({ ap: env.AP_URL, tokens }))
    const app = opened(await buildSm({ database, broker, auth, ap, logger, settings: { changeRate: env.SM_CHANGE_RATE, corsOrigin: env.CORS_ORIGIN, trustProxy: env.TRUST_PROXY } }))
    const http = await listen(app, { host: env.HOST, port: env.SM_PORT, variable: 'SM_PORT' })
    return { urls: { http }, close }
  } catch (error) {
    await close()
    throw error
  }
}

if (isMain(import.meta.url)) {
  await runService({ name: 'SM', start: async () => await startSm(readEnv(SmEnvSchema)) })
}
