import {
  createAuthenticator, createClientAddresses, createInternalClients, createServiceTokens, isMain, listen,
  openServiceBroker, pingService, readEnv, runService, startService, type Running, type Shared
} from '@motience/kit'
import { pageConfig, registerPages } from '@motience/web'
import { buildWss2, type Wss2Limits } from './app.js'
import { Wss2EnvSchema, type Wss2Env } from './env.js'
import { createGrantReader } from './grants/grant-reader.js'

export type { Shared }

/** A running WSS2. */
export type RunningWss2 = Running<{ websocket: string, http: string }>

const limitsOf = (env: Wss2Env): Wss2Limits => ({
  maxConnections: env.WSS2_MAX_CONNECTIONS,
  maxConnectionsPerUser: env.WSS2_MAX_CONNECTIONS_PER_USER,
  heartbeatMs: env.WSS2_HEARTBEAT_MS,
  maxQueueBytes: env.WSS2_MAX_QUEUE_BYTES,
  maxQueueMessages: env.WSS2_MAX_QUEUE_MESSAGES
})

/**
 * Opens the resources that are not shared, and listens on `WSS2_PORT` and `WSS2_HTTP_PORT`. Rejects with an `EnvError`
 * or `StartError` that names the variable at fault.
 */
export const startWss2 = async (env: Wss2Env, shared: Shared = {}): Promise<RunningWss2> =>
  await startService('wss2', env, shared, async ({ secret, logger, opened }) => {
    const broker = shared.broker ?? opened(await openServiceBroker(env, logger))
    const tokens = opened(createServiceTokens({ apUrl: env.AP_URL, service: 'wss2', secret }))
    const authenticator = opened(createAuthenticator({ apUrl: env.AP_URL, broker, tokens, logger }))
    const clients = opened(createInternalClients({ sm: env.SM_URL, tokens }))
    const wss2 = opened(
      await buildWss2({
        authenticator,
        broker,
        grants: createGrantReader(clients.sm),
        limits: limitsOf(env),
        ready: {
          tokens: async () => {
            await authenticator.ready()
          },
          sm: async () => {
            await pingService('SM', env.SM_URL)
          }
        },
        logger,
        corsOrigin: env.CORS_ORIGIN,
        trustProxy: env.TRUST_PROXY,
        drainMs: env.DRAIN_MS
      })
    )
    const listening = await listen(wss2.websocket, { host: env.HOST, port: env.WSS2_PORT, variable: 'WSS2_PORT' })
    const port = Number(new URL(listening).port)
    await wss2.http.register(registerPages, {
      page: 'consumer',
      config: pageConfig(env, 'consumer'),
      upstreams: { ap: env.AP_URL, sm: env.SM_URL, dsm: env.DSM_URL },
      clientAddresses: createClientAddresses(secret),
      drainMs: env.DRAIN_MS
    })
    const http = await listen(wss2.http, { host: env.HOST, port: env.WSS2_HTTP_PORT, variable: 'WSS2_HTTP_PORT' })
    const websocket = `ws://${new URL(http).hostname}:${port}/consumer`
    logger.info({ url: websocket }, 'Listening for consumers')
    return { websocket, http }
  })

if (isMain(import.meta.url)) {
  await runService({ name: 'WSS2', env: () => readEnv(Wss2EnvSchema), start: async env => await startWss2(env) })
}
