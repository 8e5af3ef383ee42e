import type { Broker } from '@motience/broker'
import {
  buildService, drainLeftMs, socketService, SocketServer, type Authenticator, type Logger, type ReadyChecks,
  type ServiceApp
} from '@motience/kit'
import { ResumeFrameSchema } from '@motience/schemas'
import { createConsumers } from './consumers/consumers.js'
import type { GrantReader } from './grants/grant-reader.js'
import { createConsumerMetrics } from './metrics.js'
import { ConsumerQuerySchema } from './consumers/connection-query.js'
import { registerStatsRoute } from './routes/stats.js'

/** Limits of WSS2, from the variables `WSS2_…`. */
export interface Wss2Limits {
  maxConnections: number
  maxConnectionsPerUser: number
  heartbeatMs: number
  maxQueueBytes: number
  maxQueueMessages: number
}

/** Options of `buildWss2`. The caller closes the authenticator, the broker and the grant reader after WSS2. */
export interface Wss2Options {
  authenticator: Authenticator
  broker: Broker
  grants: GrantReader
  limits: Wss2Limits
  /** Checks behind `/ready`, besides the broker's. */
  ready: ReadyChecks
  logger?: Logger
  corsOrigin?: string
  trustProxy?: boolean
  /** Maximum duration of `close`, in milliseconds; 7 s by default. */
  drainMs?: number
  /** Maximum time that a new connection waits for SM and the broker, in milliseconds; 10 s by default. */
  welcomeMs?: number
  /** Maximum time that a connection with `?resume=true` waits for its first `resume`; 10 s by default. */
  resumeWaitMs?: number
}

/** An instance of WSS2. */
export interface Wss2 {
  http: ServiceApp
  /** Serves WebSockets only. */
  websocket: ServiceApp
  sockets: SocketServer<typeof frames, typeof ConsumerQuerySchema>
  /** Turns `/ready` red and rejects new connections, before `close`. */
  startDraining (): void
  /** Shuts down gracefully: closes connections with 1001. */
  close (): Promise<void>
}

const frames = { resume: ResumeFrameSchema }

/** Maximum size of a frame, in bytes; a `resume` frame with the maximum number of positions takes about half. */
const MAX_FRAME_BYTES = 131_072

/** Maximum rate of frames and pings per consumer and second. */
const FRAME_RATE = 200

/** Additional bytes for frames that bypass the send queue, such as errors and renewed tokens. */
const SPARE_BYTES = 262_144

/** Builds WSS2 without reading the environment or listening. */
export const buildWss2 = async (options: Wss2Options): Promise<Wss2> => {
  const { authenticator, broker, grants, limits, logger, drainMs = 7_000 } = options
  const http = await buildService('wss2', {
    ready: {
      broker: async () => {
        if (broker.connection === 'down') throw new Error('The broker connection is down')
        await broker.ping()
      },
      ...options.ready
    },
    logger,
    corsOrigin: options.corsOrigin,
    trustProxy: options.trustProxy,
    drainMs
  })
  const websocket = await buildService('wss2', {
    ...socketService, auth: authenticator, logger, metrics: http.metrics, trustProxy: options.trustProxy, drainMs
  })
  const metrics = createConsumerMetrics(http.metrics)
  const consumers = createConsumers({
    broker,
    grants,
    metrics,
    logger: http.log,
    sendQueue: { maxBytes: limits.maxQueueBytes, maxMessages: limits.maxQueueMessages },
    heartbeatMs: limits.heartbeatMs,
    welcomeMs: options.welcomeMs,
    resumeWaitMs: options.resumeWaitMs
  })
  const sockets = new SocketServer(websocket, {
    path: '/consumer',
    roles: ['consumer'],
    scope: 'data:read',
    codes: {
      wrongRole: 'MOT_WSS2_NOT_A_CONSUMER',
      tooMany: 'MOT_WSS2_TOO_MANY_CONNECTIONS',
      badFrame: 'MOT_WSS2_BAD_FRAME'
    },
    authenticator,
    limits: {
      ...limits,
      maxFrameBytes: MAX_FRAME_BYTES,
      messageRate: FRAME_RATE,
      maxBufferedBytes: limits.maxQueueBytes + SPARE_BYTES
    },
    query: ConsumerQuerySchema,
    frames,
    ready: () => !http.draining && broker.connection === 'up',
    open: (connection, query) => consumers.open(connection, query)
  })

  await sockets.register()

  registerStatsRoute(http, { metrics, connections: () => sockets.connections.size, consumers: () => consumers.size })

  sockets.attach(http.server)

  return {
    http,
    websocket,
    sockets,
    startDraining: () => { http.startDraining() },
    close: async () => {
      http.startDraining()
      await sockets.drain({ drainMs: drainLeftMs(http, drainMs) })
      consumers.close()
      await websocket.close()
      await http.close()
    }
  }
}
