import {
  createAuthenticator, createInternalClients, createLogger, createServiceTokens, databaseUrl, isMain, listen, openBroker, openDatabase, readEnv, redisUrl,
  runService, serviceSecret, type Broker, type Database, type Logger
} from '@motience/kit'
import { buildDsm } from './app.js'
import { DsmEnvSchema, type DsmEnv } from './env.js'
import { parseRetention } from './settings.js'
import { createSmSource } from './sm-source.js'

/** What several services in one process have in common. It stays open when DSM closes. */
export interface Shared { database?: Database, broker?: Broker, logger?: Logger }

/** A running DSM. */
export interface RunningDsm { urls: { http: string }, close (): Promise<void> }

/**
 * Opens what is not shared, migrates, and listens on `DSM_PORT`. Rejects with an `EnvError` or `StartError` that names
 * the variable that is to blame.
 */
export const startDsm = async (env: DsmEnv, shared: Shared = {}): Promise<RunningDsm> => {
  const secret = serviceSecret(env)
  const logger = shared.logger?.child({ service: 'dsm' }) ?? createLogger('dsm', env.LOG_LEVEL)
  const own: { close (): unknown }[] = []
  const opened = <T extends { close (): unknown }>(part: T): T => {
    own.push({ close: () => part.close() })
    return part
  }
  const close = async (): Promise<void> => {
    for (const part of own.splice(0).reverse()) await part.close()
  }

  try {
    const database = shared.database ?? opened(await openDatabase({ url: databaseUrl(env), dataDir: env.DATA_DIR, pool: env.DB_POOL, waitMs: env.DB_WAIT_MS, logger }))
    const broker = shared.broker ?? opened(await openBroker({
      url: redisUrl(env),
      mode: env.REDIS_MODE,
      sentinelName: env.REDIS_SENTINEL_NAME,
      limits: { logMaxMessages: env.LOG_MAX_MESSAGES, logMaxAgeSecs: env.LOG_MAX_AGE_SECS },
      waitMs: env.DB_WAIT_MS,
      logger
    }))
    const auth = opened(createAuthenticator({ apUrl: env.AP_URL, broker, logger }))
    const tokens = opened(createServiceTokens({ apUrl: env.AP_URL, service: 'dsm', secret }))
    const clients = opened(createInternalClients({ sm: env.SM_URL, tokens }))
    const app = opened(await buildDsm({
      database,
      broker,
      auth,
      source: createSmSource(clients.sm),
      logger,
      corsOrigin: env.CORS_ORIGIN,
      trustProxy: env.TRUST_PROXY,
      settings: {
        persist: env.DSM_PERSIST,
        retention: parseRetention(env.DSM_RETENTION),
        maxPayload: env.DSM_MAX_PAYLOAD,
        maxPending: env.DSM_MAX_PENDING
      }
    }))
    const http = await listen(app, { host: env.HOST, port: env.DSM_PORT, variable: 'DSM_PORT' })
    return { urls: { http }, close }
  } catch (error) {
    await close()
    throw error
  }
}

if (isMain(import.meta.url)) {
  const env = readEnv(DsmEnvSchema)
  await runService({ name: 'DSM', start: async () => await startDsm(env), drainMs: env.DRAIN_MS + 1_000 })
}
