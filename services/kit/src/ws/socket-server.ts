import { fastifyWebsocket } from '@fastify/websocket'
import { Type, type Static, type TObject } from '@sinclair/typebox'
import type { FastifyRequest } from 'fastify'
import type { IncomingMessage, Server } from 'node:http'
import type { Socket } from 'node:net'
import type { PerMessageDeflateOptions, WebSocket } from 'ws'
import { closeCodes } from '@motience/schemas'
import { answerSocket } from '../service/answer-socket.js'
import { ProblemError } from '../service/problem-error.js'
import type { ServiceApp } from '../service/service-app.js'
import { admit, type AdmissionRules } from './admission.js'
import { Connection, type ConnectionOwner } from './connection.js'
import { Connections } from './connections.js'
import { drainConnections, type DrainOptions } from './drain.js'
import { Flusher } from './flusher.js'
import { createFrameReader, type FrameOf, type FrameReader, type FrameSchemas } from './frame-reader.js'
import { createSocketMetrics, type SocketMetrics } from './metrics.js'
import { serveWithoutUpgrade } from './serve-without-upgrade.js'
import { TokenRenewal } from './token-renewal.js'
import type { ConnectionHandlers, SocketServerOptions } from './socket-server-options.js'
import { TokenVerifier } from './token-verifier.js'
import { selectProtocol } from './upgrade-token.js'

/**
 * Clients may use the context of previous messages, which is most of the benefit of compression; the server compresses
 * nothing.
 */
const deflate: PerMessageDeflateOptions = { serverNoContextTakeover: true }

/** Milliseconds that a peer has to answer the closing handshake. */
const CLOSE_TIMEOUT_MS = 3000

/** Sockets beyond the maximum number of connections that may wait for their refusal. */
const SPARE_SOCKETS = 256

/** Why a request is not upgraded: it did not request a WebSocket, or the server is closing. */
const notUpgraded = ({ headers }: FastifyRequest, path: string): ProblemError => headers.upgrade === undefined
  ? new ProblemError('MOT_NOT_FOUND', `WebSockets are served at ${path}`)
  : new ProblemError('MOT_UNAVAILABLE', 'The server is shutting down', { retryAfterSecs: 2 })

/**
 * Options of `buildService` for an instance that serves only WebSockets: short timeouts for requests without an
 * upgrade.
 */
export const socketService = { requestTimeoutMs: 10_000, keepAliveTimeoutMs: 1_000 }

/** Close codes that clients cause; 1011, an internal error, is logged with its stack. */
const clientFaults = new Set<number>(
  Object.values(closeCodes).filter(code => code !== closeCodes.goingAway && code !== closeCodes.internal)
)

/**
 * The WebSockets of one route: admission, limits, heartbeats, revocation and draining for WSS1 and WSS2. Its Fastify
 * instance is built for it alone, with `socketService`.
 */
export class SocketServer<S extends FrameSchemas, Q extends TObject> {
  readonly connections: Connections
  readonly #options: SocketServerOptions<S, Q>
  readonly #verifier: TokenVerifier
  readonly #renewal: TokenRenewal
  readonly #read: FrameReader<FrameOf<S>>
  readonly #handlers = new WeakMap<Connection, ConnectionHandlers<FrameOf<S>>>()
  readonly #owner: ConnectionOwner
  readonly #metrics: SocketMetrics
  readonly #sweeper: NodeJS.Timeout
  readonly #app: ServiceApp
  #draining = false
  #lastId = 0

  constructor (app: ServiceApp, options: SocketServerOptions<S, Q>) {
    const { limits } = options
    this.#app = app
    this.#options = options
    this.connections = new Connections(limits.maxConnections, limits.maxConnectionsPerUser)
    this.#verifier = new TokenVerifier(options.authenticator, revoked => this.connections.revoke(revoked))
    this.#renewal = new TokenRenewal(this.#verifier, options.scope)
    this.#read = createFrameReader(options.frames, options.codes.badFrame)
    this.#metrics = createSocketMetrics(app.metrics)
    this.#owner = {
      limits,
      metrics: this.#metrics,
      flusher: new Flusher(),
      received: (connection, text) => this.#receive(connection, text),
      ended: (connection, code) => this.#handlers.get(connection)?.ended?.(code),
      gone: (connection, code) => {
        this.connections.delete(connection)
        this.#logClose(connection, code)
      }
    }
    this.#sweeper = setInterval(() => this.#sweep(), Math.min(250, Math.max(10, limits.heartbeatMs / 4)))
    this.#sweeper.unref()
  }

  /** Adds the route. Hooks refuse upgrades before the handshake, with a problem. */
  async register (): Promise<void> {
    const { path, limits, compression, query, codes, roles, scope } = this.#options
    const app = this.#app
    app.server.maxConnections = limits.maxConnections + SPARE_SOCKETS
    await app.register(fastifyWebsocket, {
      options: {
        clientTracking: false,
        autoPong: false,
        maxPayload: limits.maxFrameBytes,
        perMessageDeflate: compression === true && deflate,
        handleProtocols: selectProtocol,
        closeTimeout: CLOSE_TIMEOUT_MS
      } as object,
      preClose: done => { this.close().then(() => done(), done) }
    })
    app.websocketServer.on('wsClientError', (error, socket) => this.#refuse(socket as Socket, error))
    app.addHook('onResponse', async (request, reply) => { if (request.ws) this.#metrics.refused(reply.statusCode) })

    const rules: AdmissionRules = { roles, scope, codes, ready: () => !this.#draining && this.#options.ready() }
    app.get(path, {
      websocket: true,
      schema: { querystring: Type.Object({ ...query.properties, token: Type.Optional(Type.String()) }) },
      preHandler: async (request, reply) => {
        if (!request.ws) throw notUpgraded(request, path)
        await admit(request, rules, this.connections, this.#verifier)
        // The socket would keep the response, and with it the request, for as long as the connection is open.
        reply.raw.detachSocket(request.raw.socket)
      }
    }, (ws, request) => {
      // The plugin's listener keeps Request and Reply; the connection has its own.
      ws.removeAllListeners('error')
      this.#open(ws, request)
    })
  }

  /**
   * Accepts the upgrades of another HTTP server, too, with the same connections and limits; other requests stay with
   * that server. It has to be closed after this one.
   */
  attach (server: Server): void {
    server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
      if (request.headers.upgrade?.toLowerCase() !== 'websocket') serveWithoutUpgrade(server, request, socket, head)
      else if (!this.#app.server.emit('upgrade', request, socket, head)) socket.destroy()
    })
  }

  /**
   * Refuses new upgrades with 503, lets each connection finish what is in flight, closes all with 1001, and terminates
   * the rest.
   */
  async drain (options: DrainOptions): Promise<void> {
    this.#draining = true
    await drainConnections(this.connections, options)
    await this.close()
  }

  /** Terminates all connections. */
  async close (): Promise<void> {
    this.#draining = true
    clearInterval(this.#sweeper)
    this.#verifier.close()
    for (const connection of this.connections) connection.terminate()
    await this.connections.emptied()
  }

  #open (ws: WebSocket, request: FastifyRequest): void {
    const { socket } = request.raw
    const { identity, query } = request
    const connection = new Connection(++this.#lastId, ws, socket, identity, this.#owner)
    this.connections.add(connection)
    this.#metrics.opened()
    this.#guard(connection, () => this.#handlers.set(connection, this.#options.open(connection, query as Static<Q>)))
  }

  #receive (connection: Connection, text: string): void {
    const read = this.#read(text)
    connection.countJson(read.kind !== 'fault' || !read.notJson)
    if (read.kind === 'fault') {
      this.#metrics.badFrame()
      const { type: _, ...error } = read.error
      const handlers = this.#handlers.get(connection)
      if (handlers?.invalid === undefined) connection.sendError(error)
      else this.#guard(connection, () => handlers.invalid!(error))
    } else if (read.kind === 'auth') {
      this.#renewal.renew(connection, read.frame.token).catch((error: unknown) => { this.#fail(connection, error) })
    } else {
      this.#guard(connection, () => this.#handlers.get(connection)?.frame(read.frame, text))
    }
  }

  /** An internal error closes its connection with 1011, and no other. */
  #guard (connection: Connection, run: () => void): void {
    try {
      run()
    } catch (error) {
      this.#fail(connection, error)
    }
  }

  #fail (connection: Connection, error: unknown): void {
    this.#app.log.error({ err: error, connection: connection.id }, 'Failed to serve a connection')
    connection.close(closeCodes.internal, 'Internal error')
  }

  /** Logs connections that were closed because of their client. */
  #logClose ({ id, identity }: Connection, code: number): void {
    if (!clientFaults.has(code)) return
    this.#app.log.info({ connection: id, user_id: identity.userId, code }, 'Closed a connection')
  }

  /** An invalid handshake (RFC 6455, section 4.2.1). */
  #refuse (socket: Socket, error: Error): void {
    const problem = new ProblemError('MOT_BAD_INPUT', error.message)
    this.#metrics.refused(problem.statusCode)
    answerSocket(socket, problem)
  }

  #sweep (): void {
    const [now, wallClock] = [performance.now(), Date.now()]
    for (const connection of this.connections) connection.sweep(now, wallClock)
  }
}
