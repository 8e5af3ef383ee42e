import type { Broker } from '@motience/broker'
import {
  buildService, socketService, SocketServer, type Authenticator, type Logger, type ReadyChecks, type ServiceApp
} from '@motience/kit'
import { ResumeFrameSchema } from '@motience/schemas'
import { createConsumers } from './consumers/consumers.js'
import type { GrantReader } from './grants/grant-reader.js'
import { createConsumerMetrics } from './metrics.js'
import { ConsumerQuerySchema } from './consumers/connection-query.js'
import { registerStatsRoute } from './routes/stats.js'

/** Bounds of WSS2; see the variables `WSS2_…`. */
export interface Wss2Limits {
  maxConnections: number
  maxConnectionsPerUser: number
  heartbeatMs: number
  maxQueueBytes: number
  maxQueueMessages: number
}

/** What WSS2 is built from. Whoever builds it closes the parts after it. */
export interface Wss2Options {
  authenticator: Authenticator
  broker: Broker
  grants: GrantReader
  limits: Wss2Limits
  /** The checks of `/ready`, besides the broker's. */
  ready: ReadyChecks
  logger?: Logger
  corsOrigin?: string
  trustProxy?: boolean
  /** Most milliseconds that `close` takes; 7 s by default. */
  drainMs?: number
  /** Most milliseconds that a new connection waits for SM and the broker; 10 s by default. */
  welcomeMs?: number
  /** Most milliseconds that a connection with `?resume=true` waits for its first `resume`; 10 s by default. */
  resumeWaitMs?: number
}

/** WSS2: its HTTP side, its WebSockets, and how both end. */
export interface Wss2 {
  http: ServiceApp
  /** Serves the WebSockets, and nothing else. */
  websocket: ServiceApp
  sockets: SocketServer<typeof frames, typeof ConsumerQuerySchema>
  /** Takes no more, closes the connections with 1001, and ends. */
  close (): Promise<void>
}

const frames = { resume: ResumeFrameSchema }

/** Longest frame: a `resume` with as many positions as there may be is about half as long. */
const MAX_FRAME_BYTES = 131_072

/** Frames and pings a second of one consumer; it has little to say. */
const FRAME_RATE = 200

/** Bytes of frames that can't wait in the queue (errors, renewed tokens), above the bound of the queue. */
const SPARE_BYTES = 262_144

/** Builds WSS2, which knows no environment and does not listen yet. */
export const buildWss2 = async (options: Wss2Options): Promise<Wss2> => {
  const { authenticator, broker, grants, limits, logger, drainMs = 7_000 } = options
  const http = await buildService('wss2', {
    ready: {
      broker: async () => {
        if (broker.connection === 'down') throw new Error('The link to the broker is down')
        await broker.ping()
      },
      ...options.ready
    },
    logger,
    corsOrigin: options.corsOrigin,
    trustProxy: options.trustProxy
  })
  const websocket = await buildService('wss2', {
    ...socketService, auth: authenticator, logger, metrics: http.metrics, trustProxy: options.trustProxy
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
    close: async () => {
      http.startDraining()
      await sockets.drain({ drainMs })
      consumers.close()
      await websocket.close()
      await http.close()
    }
  }
}
