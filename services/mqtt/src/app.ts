import { Dispatcher, InFlightBudget, type CallDsm } from '@motience/dispatch'
import {
  buildService, drainLeftMs, type Authenticator, type DeviceReporter, type Logger, type ReadyChecks, type ServiceApp
} from '@motience/kit'
import { createServer, type Server } from 'node:net'
import type { ClientDependencies, ClientLimits } from './connection/client.js'
import { ConnectionSlots, type ConnectionLimits } from './connection/connection-slots.js'
import { MqttServer } from './connection/mqtt-server.js'
import { registerWebSocketRoute } from './connection/web-socket-route.js'
import { createMqttMetrics } from './metrics.js'
import { Sessions, type SessionLimits } from './sessions/sessions.js'

/** Limits of the MQTT server, from the variables `MQTT_…`. */
export interface MqttLimits extends ConnectionLimits, ClientLimits, SessionLimits { maxInFlightBytes: number }

/** Options of `buildMqtt`. The caller closes the authenticator, and whatever `callDsm` uses, after the server. */
export interface MqttOptions {
  authenticator: Authenticator
  callDsm: CallDsm
  /** Is notified of devices that connect and publish; closed by the caller. */
  devices?: DeviceReporter
  /** URL of WSS2's WebSocket, from which consumers are served. */
  wss2Url: string
  limits: MqttLimits
  /** Checks behind `/ready`. */
  ready: ReadyChecks
  logger?: Logger
  corsOrigin?: string
  trustProxy?: boolean
  /** Maximum time that `close` waits for messages in flight, in milliseconds; 7 s by default. */
  drainMs?: number
}

/** An instance of the MQTT server. */
export interface Mqtt {
  /** Serves MQTT over WebSocket at `/mqtt`, `/health`, `/ready` and `/metrics`. */
  http: ServiceApp
  /** Serves MQTT over TCP. */
  tcp: Server
  /** Turns `/ready` red and rejects new connections, before `close`. */
  startDraining (): void
  /** Shuts down gracefully: stops reading, waits for the messages in flight, and closes the connections. */
  close (): Promise<void>
}

/** Sockets above the bound of connections that may wait for their refusal. */
const SPARE_SOCKETS = 256

/** Time after which TCP asks whether a silent peer is still there, in milliseconds. */
const TCP_KEEP_ALIVE_MS = 60_000

/** Maximum time that messages of closed connections may delay the shutdown, in milliseconds. */
const MAX_FINAL_CALLS_MS = 1_000

/** Builds the MQTT server without reading the environment or listening. */
export const buildMqtt = async (options: MqttOptions): Promise<Mqtt> => {
  const { authenticator, limits, logger, ready, corsOrigin, trustProxy, drainMs = 7_000 } = options
  const http = await buildService('mqtt', { auth: authenticator, ready, logger, corsOrigin, trustProxy, drainMs })
  const budget = new InFlightBudget(limits.maxInFlightBytes, () => server.size)
  const sessions = new Sessions(limits)
  const metrics = createMqttMetrics(http.metrics, {
    connections: () => server.size,
    sessions: () => sessions.idle,
    inFlight: () => dispatcher.size,
    inFlightBytes: () => budget.used
  })
  const dispatcher: Dispatcher = new Dispatcher({
    call: options.callDsm,
    release: bytes => { budget.release(bytes) },
    metrics: metrics.dispatch,
    logger: http.log
  })
  const enqueue: ClientDependencies['publishing']['enqueue'] = (producerId, text, message) =>
    dispatcher.enqueue(producerId, text, message)
  const server: MqttServer = new MqttServer(authenticator, {
    limits,
    slots: new ConnectionSlots(limits),
    sessions,
    metrics,
    devices: options.devices,
    logger: http.log,
    ready: () => !http.draining,
    publishing: {
      limits,
      budget,
      metrics,
      enqueue,
      connectionClosed: producerId => { dispatcher.connectionClosed(producerId) },
      logRefusal: ({ userId, deviceId }, reason) => {
        http.log.info({ user_id: userId, device_id: deviceId, reason }, 'Refused a message')
      }
    },
    consuming: { wss2Url: options.wss2Url, metrics, logger: http.log },
    publishWill: ({ userId }, { publications }, { message }) => {
      // a will is worth no more than its message: without room it is dropped
      if (budget.full || http.draining) return
      metrics.willPublished()
      const bytes = enqueue(userId, message(publications.nextName()), {
        receiver: { alive: true, settle: () => {} }, index: 0, id: undefined, seq: undefined
      })
      budget.take(bytes)
    }
  })
  const tcp = createServer({ noDelay: true, keepAlive: true, keepAliveInitialDelay: TCP_KEEP_ALIVE_MS }, socket => {
    server.accept(socket)
  })
  tcp.maxConnections = http.server.maxConnections = limits.maxConnections + SPARE_SOCKETS
  await registerWebSocketRoute(http, { maxPacket: limits.maxPacket, accept: stream => { server.accept(stream) } })

  return {
    http,
    tcp,
    startDraining: () => { http.startDraining() },
    close: async () => {
      http.startDraining()
      const closed = new Promise<void>(resolve => {
        if (tcp.listening) tcp.close(() => { resolve() })
        else resolve()
      })
      await server.drain(drainLeftMs(http, drainMs))
      sessions.clear()
      await dispatcher.close(Math.min(drainMs, MAX_FINAL_CALLS_MS))
      await closed
      await http.close()
    }
  }
}
