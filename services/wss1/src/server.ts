import { createAuthenticator, createInternalCaller, createLogger, createServiceTokens, isMain, listen, listenError, openBroker, readEnv, redisUrl, runService, serviceSecret, type Broker, type Database, type Logger } from '@motience/kit'
import { pageConfig, registerPages } from '@motience/web'
import { buildWss1, type Wss1Limits } from './app.js'
import { createDsmCall } from './dsm-call.js'
import { Wss1EnvSchema, type Wss1Env } from './env.js'

/** What several services in one process have in common. It stays open when WSS1 closes. */
export interface Shared { database?: Database, broker?: Broker, logger?: Logger }

/** A running WSS1. */
export interface RunningWss1 { urls: { websocket: string, http: string }, close (): Promise<void> }

/** Most milliseconds that a call to DSM may take before it is made again. */
const CALL_MS = 15_000

const limitsOf = (env: Wss1Env): Wss1Limits => ({
  maxConnections: env.WSS1_MAX_CONNECTIONS,
  maxConnectionsPerUser: env.WSS1_MAX_CONNECTIONS_PER_USER,
  heartbeatMs: env.WSS1_HEARTBEAT_MS,
  maxPayload: env.WSS1_MAX_PAYLOAD,
  maxFrame: env.WSS1_MAX_FRAME,
  maxInFlight: env.WSS1_MAX_IN_FLIGHT,
  maxInFlightBytes: env.WSS1_MAX_IN_FLIGHT_BYTES,
  messageRate: env.WSS1_MESSAGE_RATE
})

/**
 * Opens what is not shared, and listens on `WSS1_PORT` and `WSS1_HTTP_PORT`. Rejects with an `EnvError` or
 * `StartError` that names the variable that is to blame.
 */
export const startWss1 = async (env: Wss1Env, shared: Shared = {}): Promise<RunningWss1> => {
  const secret = serviceSecret(env)
  const logger = shared.logger?.child({ service: 'wss1' }) ?? createLogger('wss1', env.LOG_LEVEL)
  const opened: (() => Promise<void>)[] = []
  const close = async (): Promise<void> => { for (const end of opened.splice(0).reverse()) await end() }

  try {
    const broker = shared.broker ?? await openBroker({
      url: redisUrl(env),
      mode: env.REDIS_MODE,
      sentinelName: env.REDIS_SENTINEL_NAME,
      waitMs: env.DB_WAIT_MS,
      logger
    })
    if (shared.broker === undefined) opened.push(async () => { await broker.close() })
    const authenticator = createAuthenticator({ apUrl: env.AP_URL, broker, logger })
    opened.push(async () => { await authenticator.close() })
    const tokens = createServiceTokens({ apUrl: env.AP_URL, service: 'wss1', secret })
    opened.push(async () => { tokens.close() })
    const dsm = createInternalCaller({ name: 'DSM', url: env.DSM_URL, tokens, timeoutMs: CALL_MS })
    opened.push(async () => { await dsm.close() })

    const wss1 = await buildWss1({
      authenticator,
      callDsm: createDsmCall(dsm),
      limits: limitsOf(env),
      ready: {
        broker: async () => { await broker.ping() },
        tokens: async () => { await authenticator.ready() },
        dsm: async () => { await pingDsm(env.DSM_URL) }
      },
      logger,
      corsOrigin: env.CORS_ORIGIN,
      trustProxy: env.TRUST_PROXY,
      drainMs: env.DRAIN_MS
    })
    opened.push(async () => { await wss1.close() })
    const address = { host: env.HOST, port: env.WSS1_PORT, variable: 'WSS1_PORT' }
    const port = await wss1.sockets.listen(address.port, address.host).catch((error: unknown) => { throw listenError(error, address) })
    await wss1.http.register(registerPages, { page: 'producer', config: pageConfig({ ...env, WSS1_PORT: port }, 'producer') })
    const http = await listen(wss1.http, { host: env.HOST, port: env.WSS1_HTTP_PORT, variable: 'WSS1_HTTP_PORT' })
    const websocket = `ws://${new URL(http).hostname}:${port}/producer`
    logger.info({ url: websocket }, 'Takes producers')
    return { urls: { websocket, http }, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** Resolves if DSM's process answers; whether what it needs does is for its own `/ready`. */
const pingDsm = async (url: string): Promise<void> => {
  const answer = await fetch(`${url}/health`, { signal: AbortSignal.timeout(1_500) })
  await answer.body?.cancel()
  if (!answer.ok) throw new Error(`DSM answered ${answer.status}`)
}

if (isMain(import.meta.url)) {
  await runService({ name: 'WSS1', start: async () => await startWss1(readEnv(Wss1EnvSchema)) })
}
