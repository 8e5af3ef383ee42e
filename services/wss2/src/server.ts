import { createAuthenticator, createInternalClients, createLogger, createServiceTokens, isMain, listen, listenError, openBroker, readEnv, redisUrl, runService, serviceSecret, type Broker, type Database, type Logger } from '@motience/kit'
import { pageConfig, registerPages } from '@motience/web'
import { buildWss2, type Wss2Limits } from './app.js'
import { Wss2EnvSchema, type Wss2Env } from './env.js'
import { createGrantReader } from './grants.js'

/** What several services in one process have in common. It stays open when WSS2 closes. */
export interface Shared { database?: Database, broker?: Broker, logger?: Logger }

/** A running WSS2. */
export interface RunningWss2 { urls: { websocket: string, http: string }, close (): Promise<void> }

const limitsOf = (env: Wss2Env): Wss2Limits => ({
  maxConnections: env.WSS2_MAX_CONNECTIONS,
  maxConnectionsPerUser: env.WSS2_MAX_CONNECTIONS_PER_USER,
  heartbeatMs: env.WSS2_HEARTBEAT_MS,
  maxQueueBytes: env.WSS2_MAX_QUEUE_BYTES,
  maxQueueMessages: env.WSS2_MAX_QUEUE_MESSAGES
})

/**
 * Opens what is not shared, and listens on `WSS2_PORT` and `WSS2_HTTP_PORT`. Rejects with an `EnvError` or
 * `StartError` that names the variable that is to blame.
 */
export const startWss2 = async (env: Wss2Env, shared: Shared = {}): Promise<RunningWss2> => {
  const secret = serviceSecret(env)
  const logger = shared.logger?.child({ service: 'wss2' }) ?? createLogger('wss2', env.LOG_LEVEL)
  const opened: (() => Promise<void>)[] = []
  const close = async (): Promise<void> => { for (const end of opened.splice(0).reverse()) await end() }

  try {
    const broker = shared.broker ?? await openBroker({
      url: redisUrl(env),
      mode: env.REDIS_MODE,
      sentinelName: env.REDIS_SENTINEL_NAME,
      limits: { logMaxMessages: env.LOG_MAX_MESSAGES, logMaxAgeSecs: env.LOG_MAX_AGE_SECS },
      waitMs: env.DB_WAIT_MS,
      logger
    })
    if (shared.broker === undefined) opened.push(async () => { await broker.close() })
    const authenticator = createAuthenticator({ apUrl: env.AP_URL, broker, logger })
    opened.push(async () => { await authenticator.close() })
    const tokens = createServiceTokens({ apUrl: env.AP_URL, service: 'wss2', secret })
    opened.push(async () => { tokens.close() })
    const clients = createInternalClients({ sm: env.SM_URL, tokens })
    opened.push(async () => { await clients.close() })

    const wss2 = await buildWss2({
      authenticator,
      broker,
      grants: createGrantReader(clients.sm),
      limits: limitsOf(env),
      ready: {
        tokens: async () => { await authenticator.ready() },
        sm: async () => { await pingSm(env.SM_URL) }
      },
      logger,
      corsOrigin: env.CORS_ORIGIN,
      trustProxy: env.TRUST_PROXY,
      drainMs: env.DRAIN_MS
    })
    opened.push(async () => { await wss2.close() })
    const address = { host: env.HOST, port: env.WSS2_PORT, variable: 'WSS2_PORT' }
    const port = await wss2.sockets.listen(address.port, address.host).catch((error: unknown) => { throw listenError(error, address) })
    await wss2.http.register(registerPages, { page: 'consumer', config: pageConfig({ ...env, WSS2_PORT: port }, 'consumer') })
    const http = await listen(wss2.http, { host: env.HOST, port: env.WSS2_HTTP_PORT, variable: 'WSS2_HTTP_PORT' })
    const websocket = `ws://${new URL(http).hostname}:${port}/consumer`
    logger.info({ url: websocket }, 'Takes consumers')
    return { urls: { websocket, http }, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** Resolves if SM's process answers; whether what it needs does is for its own `/ready`. */
const pingSm = async (url: string): Promise<void> => {
  const answer = await fetch(`${url}/health`, { signal: AbortSignal.timeout(1_500) })
  await answer.body?.cancel()
  if (!answer.ok) throw new Error(`SM answered ${answer.status}`)
}

if (isMain(import.meta.url)) {
  const env = (): Wss2Env => readEnv(Wss2EnvSchema)
  await runService({ name: 'WSS2', start: async () => await startWss2(env()) })
}
