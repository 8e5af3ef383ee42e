import { createDsmCall } from '@motience/dispatch'
import {
  createAuthenticator, createClientAddresses, createDeviceReporter, createInternalCaller, createServiceTokens, isMain,
  listen, openServiceBroker, pingService, readEnv, runService, startService, type Running, type Shared
} from '@motience/kit'
import { pageConfig, registerPages } from '@motience/web'
import { buildWss1, type Wss1Limits } from './app.js'
import { Wss1EnvSchema, type Wss1Env } from './env.js'

export type { Shared }

/** A running WSS1. */
export type RunningWss1 = Running<{ websocket: string, http: string }>

/** Timeout of a call to DSM, in milliseconds; the call is repeated afterwards. */
const CALL_MS = 15_000

const limitsOf = (env: Wss1Env): Wss1Limits => ({
  maxConnections: env.WSS1_MAX_CONNECTIONS,
  maxConnectionsPerUser: env.WSS1_MAX_CONNECTIONS_PER_USER,
  heartbeatMs: env.WSS1_HEARTBEAT_MS,
  maxPayload: env.WSS1_MAX_PAYLOAD,
  maxFrame: env.WSS1_MAX_FRAME,
  maxInFlight: env.WSS1_MAX_IN_FLIGHT,
  maxInFlightBytes: env.WSS1_MAX_IN_FLIGHT_BYTES,
  messageRate: env.WSS1_MESSAGE_RATE,
  compression: env.WSS1_COMPRESSION
})

/**
 * Opens the resources that are not shared, and listens on `WSS1_PORT` and `WSS1_HTTP_PORT`. Rejects with an `EnvError`
 * or `StartError` that names the variable at fault.
 */
export const startWss1 = async (env: Wss1Env, shared: Shared = {}): Promise<RunningWss1> =>
  await startService('wss1', env, shared, async ({ secret, logger, opened }) => {
    const broker = shared.broker ?? opened(await openServiceBroker(env, logger))
    const tokens = opened(createServiceTokens({ apUrl: env.AP_URL, service: 'wss1', secret }))
    const authenticator = opened(createAuthenticator({ apUrl: env.AP_URL, broker, tokens, logger }))
    const dsm = opened(createInternalCaller({ name: 'DSM', url: env.DSM_URL, tokens, timeoutMs: CALL_MS }))
    const devices = opened(createDeviceReporter({ apUrl: env.AP_URL, tokens, logger }))
    const wss1 = opened(
      await buildWss1({
        authenticator,
        callDsm: createDsmCall(dsm),
        devices,
        limits: limitsOf(env),
        ready: {
          broker: async () => {
            await broker.ping()
          },
          tokens: async () => {
            await authenticator.ready()
          },
          dsm: async () => {
            await pingService('DSM', env.DSM_URL)
          }
        },
        logger,
        corsOrigin: env.CORS_ORIGIN,
        trustProxy: env.TRUST_PROXY,
        drainMs: env.DRAIN_MS
      })
    )
    const listening = await listen(wss1.websocket, { host: env.HOST, port: env.WSS1_PORT, variable: 'WSS1_PORT' })
    const port = Number(new URL(listening).port)
    await wss1.http.register(registerPages, {
      page: 'producer',
      config: pageConfig(env, 'producer'),
      upstreams: { ap: env.AP_URL, sm: env.SM_URL, dsm: env.DSM_URL },
      clientAddresses: createClientAddresses(secret),
      drainMs: env.DRAIN_MS
    })
    const http = await listen(wss1.http, { host: env.HOST, port: env.WSS1_HTTP_PORT, variable: 'WSS1_HTTP_PORT' })
    const websocket = `ws://${new URL(http).hostname}:${port}/producer`
    logger.info({ url: websocket }, 'Listening for producers')
    return { websocket, http }
  })

if (isMain(import.meta.url)) {
  await runService({ name: 'WSS1', env: () => readEnv(Wss1EnvSchema), start: async env => await startWss1(env) })
}
