import { Dispatcher, InFlightBudget, type CallDsm, type CallLimits } from '@motience/dispatch'
import {
  buildService, drainLeftMs, socketService, SocketServer, type Authenticator, type Connection, type DeviceReporter,
  type Logger,
  type ReadyChecks, type ServiceApp
} from '@motience/kit'
import { Type } from '@sinclair/typebox'
import { createProducerMetrics } from './metrics.js'
import { producerFrames } from './intake/frames.js'
import { ProducerConnection, type ProducerDependencies } from './intake/producer-connection.js'
import { registerStatsRoute } from './routes/stats.js'

/** Limits of WSS1, from the variables `WSS1_…`. */
export interface Wss1Limits {
  maxConnections: number
  maxConnectionsPerUser: number
  heartbeatMs: number
  maxPayload: number
  maxFrame: number
  maxInFlight: number
  maxInFlightBytes: number
  messageRate: number
  /** Whether producers may compress their frames. */
  compression: boolean
}

/** Options of `buildWss1`. The caller closes the authenticator, and whatever `callDsm` uses, after WSS1. */
export interface Wss1Options {
  authenticator: Authenticator
  callDsm: CallDsm
  /** Is told of devices that connect and send; closed by the caller. */
  devices?: DeviceReporter
  limits: Wss1Limits
  /** Checks behind `/ready`. */
  ready: ReadyChecks
  logger?: Logger
  corsOrigin?: string
  trustProxy?: boolean
  callLimits?: Partial<CallLimits>
  /** Maximum time that `close` waits for messages in flight, in milliseconds; 7 s by default. */
  drainMs?: number
}

/** An instance of WSS1. */
export interface Wss1 {
  http: ServiceApp
  /** Serves WebSockets only. */
  websocket: ServiceApp
  sockets: SocketServer<typeof producerFrames, typeof QuerySchema>
  /** Turns `/ready` red and rejects new connections, before `close`. */
  startDraining (): void
  /** Shuts down gracefully: stops reading, waits for the messages in flight, and closes connections with 1001. */
  close (): Promise<void>
}

const QuerySchema = Type.Object({})

/** Maximum size of unread acks, in bytes; beyond it the connection is closed with 4008. */
const MAX_UNREAD_BYTES = 524_288

/** Maximum time that messages of closed connections may delay the shutdown, in milliseconds. */
const MAX_FINAL_CALLS_MS = 1_000

/** Builds WSS1 without reading the environment or listening. */
export const buildWss1 = async (options: Wss1Options): Promise<Wss1> => {
  const { authenticator, limits, logger, drainMs = 7_000 } = options
  const { ready, corsOrigin, trustProxy, devices } = options
  const http = await buildService('wss1', { ready, logger, corsOrigin, trustProxy, drainMs })
  const websocket = await buildService('wss1', {
    ...socketService, auth: authenticator, logger, metrics: http.metrics, trustProxy, drainMs
  })
  const budget = new InFlightBudget(limits.maxInFlightBytes, () => sockets.connections.size)
  const metrics = createProducerMetrics(http.metrics, {
    inFlight: () => dispatcher.size,
    inFlightBytes: () => budget.used
  })
  const dispatcher: Dispatcher = new Dispatcher({
    call: options.callDsm,
    release: bytes => { budget.release(bytes) },
    metrics: metrics.dispatch,
    logger: http.log,
    limits: options.callLimits
  })
  const producers = new Map<Connection, ProducerConnection>()

  const dependencies: ProducerDependencies = {
    limits,
    budget,
    metrics,
    enqueue: (producerId, text, message) => dispatcher.enqueue(producerId, text, message),
    connectionClosed: producerId => { dispatcher.connectionClosed(producerId) }
  }
  const sockets: Wss1['sockets'] = new SocketServer(websocket, {
    path: '/producer',
    roles: ['producer'],
    scope: 'data:write',
    codes: {
      wrongRole: 'MOT_WSS1_NOT_A_PRODUCER',
      tooMany: 'MOT_WSS1_TOO_MANY_CONNECTIONS',
      badFrame: 'MOT_WSS1_BAD_FRAME'
    },
    authenticator,
    limits: { ...limits, maxFrameBytes: limits.maxFrame, maxBufferedBytes: MAX_UNREAD_BYTES },
    query: QuerySchema,
    frames: producerFrames,
    compression: limits.compression,
    ready: () => !http.draining,
    open: connection => {
      const producer = new ProducerConnection(connection, dependencies)
      producers.set(connection, producer)
      // A renewal may change the connection's identity.
      const { identity } = connection
      devices?.opened(identity)
      return {
        frame: (frame, text) => {
          devices?.seen(identity)
          producer.frame(frame, text)
        },
        invalid: error => { producer.invalid(error) },
        ended: () => {
          producers.delete(connection)
          devices?.closed(identity)
          producer.ended()
        }
      }
    }
  })

  await sockets.register()

  registerStatsRoute(http, {
    metrics,
    connections: () => sockets.connections.size,
    inFlight: () => dispatcher.size,
    inFlightBytes: () => budget.used
  })

  sockets.attach(http.server)

  return {
    http,
    websocket,
    sockets,
    startDraining: () => { http.startDraining() },
    close: async () => {
      http.startDraining()
      await sockets.drain({
        drainMs: drainLeftMs(http, drainMs),
        finish: async connection => { await producers.get(connection)?.finish() }
      })
      await dispatcher.close(Math.min(drainMs, MAX_FINAL_CALLS_MS))
      await websocket.close()
      await http.close()
    }
  }
}
