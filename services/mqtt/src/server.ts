import { createDsmCall } from '@motience/dispatch'
import {
  createAuthenticator, createDeviceReporter, createInternalCaller, createServiceTokens, isMain, listen, LISTEN_BACKLOG,
  listenError, openServiceBroker, pingService, readEnv, runService, startService, type Running, type Shared
} from '@motience/kit'
import { once } from 'node:events'
import type { AddressInfo, Server } from 'node:net'
import { buildMqtt, type MqttLimits } from './app.js'
import { MqttEnvSchema, type MqttEnv } from './env.js'

export type { Shared }

/** A running MQTT server: where it serves MQTT over TCP, MQTT over WebSocket, and its metrics. */
export type RunningMqtt = Running<{ mqtt: string, websocket: string, http: string }>

/** Timeout of a call to DSM, in milliseconds; the call is repeated afterwards. */
const CALL_MS = 15_000

const limitsOf = (env: MqttEnv): MqttLimits => ({
  maxConnections: env.MQTT_MAX_CONNECTIONS,
  maxConnectionsPerUser: env.MQTT_MAX_CONNECTIONS_PER_USER,
  maxConnectionsPerCredential: env.MQTT_MAX_CONNECTIONS_PER_CREDENTIAL,
  connectTimeoutMs: env.MQTT_CONNECT_TIMEOUT_MS,
  maxPacket: env.MQTT_MAX_PACKET,
  maxPayload: env.MQTT_MAX_PAYLOAD,
  maxInFlight: env.MQTT_MAX_IN_FLIGHT,
  maxInFlightBytes: env.MQTT_MAX_IN_FLIGHT_BYTES,
  messageRate: env.MQTT_MESSAGE_RATE,
  maxSessions: env.MQTT_MAX_SESSIONS,
  sessionExpirySecs: env.MQTT_SESSION_EXPIRY_SECS
})

/** Listens with TCP; resolves to the port. Rejects with a `StartError` if the address can't be had. */
const listenTcp = async (server: Server, host: string, port: number): Promise<number> => {
  try {
    server.listen({ port, host, backlog: LISTEN_BACKLOG })
    await once(server, 'listening')
  } catch (error) {
    throw listenError(error, { host, port, variable: 'MQTT_PORT' })
  }
  return (server.address() as AddressInfo).port
}

/**
 * Opens the resources that are not shared, and listens on `MQTT_PORT` and `MQTT_HTTP_PORT`. Rejects with an `EnvError`
 * or `StartError` that names the variable at fault.
 */
export const startMqtt = async (env: MqttEnv, shared: Shared = {}): Promise<RunningMqtt> =>
  await startService('mqtt', env, shared, async ({ secret, logger, opened }) => {
    const broker = shared.broker ?? opened(await openServiceBroker(env, logger))
    const tokens = opened(createServiceTokens({ apUrl: env.AP_URL, service: 'mqtt', secret }))
    const authenticator = opened(createAuthenticator({ apUrl: env.AP_URL, broker, tokens, logger }))
    const dsm = opened(createInternalCaller({ name: 'DSM', url: env.DSM_URL, tokens, timeoutMs: CALL_MS }))
    const mqtt = opened(
      await buildMqtt({
        authenticator,
        callDsm: createDsmCall(dsm),
        devices: opened(createDeviceReporter({ apUrl: env.AP_URL, tokens, logger })),
        wss2Url: env.WSS2_URL,
        limits: limitsOf(env),
        ready: {
          broker: async () => { await broker.ping() },
          tokens: async () => { await authenticator.ready() },
          dsm: async () => { await pingService('DSM', env.DSM_URL) }
        },
        logger,
        corsOrigin: env.CORS_ORIGIN,
        trustProxy: env.TRUST_PROXY,
        drainMs: env.DRAIN_MS
      })
    )
    const http = await listen(mqtt.http, { host: env.HOST, port: env.MQTT_HTTP_PORT, variable: 'MQTT_HTTP_PORT' })
    const port = await listenTcp(mqtt.tcp, env.HOST, env.MQTT_PORT)
    const { hostname } = new URL(http)
    const url = `mqtt://${hostname}:${port}`
    logger.info({ url }, 'Listening for MQTT')
    return { mqtt: url, websocket: `${http.replace(/^http/, 'ws')}/mqtt`, http }
  })

if (isMain(import.meta.url)) {
  await runService({ name: 'MQTT', env: () => readEnv(MqttEnvSchema), start: async env => await startMqtt(env) })
}
