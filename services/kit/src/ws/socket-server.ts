import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { FastifyBaseLogger } from 'fastify'
import type { Registry } from 'prom-client'
import { WebSocketServer, type PerMessageDeflateOptions, type ServerOptions } from 'ws'
import { closeCodes, problemKind, type ProblemCode } from '@motience/schemas'
import type { Authenticator } from '../auth/index.js'
import { admit, type AdmissionRules, type Admitted } from './admission.js'
import { Connection, type ConnectionLimits, type ConnectionOwner } from './connection.js'
import { Connections } from './connections.js'
import { drainConnections, type DrainOptions } from './drain.js'
import { Flusher } from './flusher.js'
import { createFrameReader, type FrameOf, type FrameReader, type FrameSchemas } from './frame-reader.js'
import { createSocketMetrics } from './metrics.js'
import { answerOf, refuseUpgrade, type Refusal } from './refusal.js'
import { TokenRenewal } from './renewal.js'
import { TokenVerifier } from './token-verifier.js'
import { selectProtocol } from './token.js'

/** Bounds of one server. */
export interface SocketServerLimits extends ConnectionLimits {
  maxConnections: number
  maxConnectionsPerUser: number
}

/** What a service does with one connection. */
export interface ConnectionHandlers<F> {
  /** A frame that was checked against its schema; `auth` frames are answered by the server itself. */
  frame (frame: F): void
  /** Once, as soon as nothing can be sent any more. */
  ended? (code: number): void
}

export interface SocketServerOptions<S extends FrameSchemas> extends Omit<AdmissionRules, 'codes'> {
  codes: AdmissionRules['codes'] & { badFrame: ProblemCode }
  authenticator: Authenticator
  logger: FastifyBaseLogger
  metrics: Registry
  limits: SocketServerLimits
  /** What clients may send, by `type`. */
  frames: S
  /** Whether clients may compress what they send (RFC 7692); what is sent to them is never compressed. Off by default. */
  compression?: boolean
  /** Called for each new connection; frames come after it returned. */
  open (connection: Connection): ConnectionHandlers<FrameOf<S>>
}

/** Clients may refer to what they sent before, which is worth most of what compression saves; the server compresses nothing. */
const deflate: PerMessageDeflateOptions = { serverNoContextTakeover: true }

/** Milliseconds that a peer has to answer the closing handshake. */
const CLOSE_TIMEOUT_MS = 3000

/** Sockets above the bound of connections that may wait for their refusal. */
const SPARE_SOCKETS = 256

/** A WebSocket server of one path: lets in, watches and drains what both WSS1 and WSS2 need watched. */
export class SocketServer<S extends FrameSchemas> {
  readonly connections: Connections
  readonly #options: SocketServerOptions<S>
  readonly #http: Server
  readonly #wss: WebSocketServer
  readonly #verifier: TokenVerifier
  readonly #renewal: TokenRenewal
  readonly #read: FrameReader<FrameOf<S>>
  readonly #handlers = new WeakMap<Connection, ConnectionHandlers<FrameOf<S>>>()
  readonly #owner: ConnectionOwner
  readonly #sweeper: NodeJS.Timeout
  readonly #rules: AdmissionRules
  #draining = false
  #lastId = 0

  constructor (options: SocketServerOptions<S>) {
    const { limits } = options
    this.#options = options
    this.connections = new Connections(limits.maxConnections, limits.maxConnectionsPerUser)
    this.#verifier = new TokenVerifier(options.authenticator, revoked => this.connections.revoke(revoked))
    this.#renewal = new TokenRenewal(this.#verifier)
    this.#read = createFrameReader(options.frames, options.codes.badFrame)
    this.#rules = { path: options.path, roles: options.roles, codes: options.codes, checkQuery: options.checkQuery, ready: () => !this.#draining && options.ready() }
    this.#owner = {
      limits,
      metrics: createSocketMetrics(options.metrics),
      flusher: new Flusher(),
      received: (connection, text) => this.#receive(connection, text),
      ended: (connection, code) => this.#handlers.get(connection)?.ended?.(code),
      gone: connection => this.connections.delete(connection)
    }
    const settings: ServerOptions & { closeTimeout: number } = {
      noServer: true,
      clientTracking: false,
      autoPong: false,
      maxPayload: limits.maxFrameBytes,
      perMessageDeflate: options.compression === true && deflate,
      handleProtocols: selectProtocol,
      closeTimeout: CLOSE_TIMEOUT_MS
    }
    this.#wss = new WebSocketServer(settings)
    this.#wss.on('wsClientError', (error, socket) => this.#refuse(socket as Socket, { code: 'MOT_BAD_INPUT', detail: error.message }))
    this.#http = createServer({ headersTimeout: 10_000, requestTimeout: 10_000, connectionsCheckingInterval: 1000, keepAliveTimeout: 1000 }, answerPlainHttp(options.path))
    this.#http.maxConnections = limits.maxConnections + SPARE_SOCKETS
    this.#http.on('upgrade', (request, socket, head) => this.#upgrade(request, socket as Socket, head))
    this.#sweeper = setInterval(() => this.#sweep(), Math.min(250, Math.max(10, limits.heartbeatMs / 4)))
    this.#sweeper.unref()
  }

  /** Listens; resolves to the port, which is a free one for port 0. Rejects where the port is taken. */
  async listen (port: number, host: string): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.#http.once('error', reject)
      this.#http.listen(port, host, () => {
        this.#http.off('error', reject)
        resolve()
      })
    })
    return (this.#http.address() as AddressInfo).port
  }

  /** Refuses new upgrades with 503, lets each connection finish what is in flight, closes all with 1001, and ends the server. */
  async drain (options: DrainOptions): Promise<void> {
    this.#draining = true
    await drainConnections(this.connections, options)
    await this.close()
  }

  /** Ends everything at once. */
  async close (): Promise<void> {
    this.#draining = true
    clearInterval(this.#sweeper)
    this.#verifier.close()
    for (const connection of this.connections) connection.terminate()
    await this.connections.emptied()
    if (!this.#http.listening) return
    await new Promise<void>(resolve => {
      this.#http.close(() => resolve())
      this.#http.closeAllConnections()
    })
  }

  async #upgrade (request: IncomingMessage, socket: Socket, head: Buffer): Promise<void> {
    const ignore = (): void => {} // a client that goes away while its token is verified
    socket.on('error', ignore)
    const admitted = await admit(request, this.#rules, this.connections, this.#verifier)
    if ('code' in admitted) {
      this.#refuse(socket, admitted)
      return
    }
    let opened = false
    if (!socket.destroyed) {
      this.#wss.handleUpgrade(request, socket, head, ws => {
        opened = true
        socket.off('error', ignore)
        this.#open(new Connection(++this.#lastId, ws, socket, admitted.identity, admitted.query, this.#ownerOf(admitted)))
      })
    }
    if (!opened) for (const place of admitted.places) place.release()
  }

  #ownerOf ({ places }: Admitted): ConnectionOwner {
    return {
      ...this.#owner,
      gone: connection => {
        this.#owner.gone(connection)
        for (const place of places) place.release()
      }
    }
  }

  #open (connection: Connection): void {
    this.connections.add(connection)
    this.#owner.metrics.opened()
    this.#guard(connection, () => this.#handlers.set(connection, this.#options.open(connection)))
  }

  #receive (connection: Connection, text: string): void {
    const read = this.#read(text)
    connection.countJson(read.kind !== 'fault' || !read.notJson)
    if (read.kind === 'fault') {
      this.#owner.metrics.badFrame()
      const { type: _, ...error } = read.error
      connection.sendError(error)
    } else if (read.kind === 'auth') {
      this.#renewal.renew(connection, read.frame.token)
    } else {
      this.#guard(connection, () => this.#handlers.get(connection)?.frame(read.frame))
    }
  }

  /** A fault of ours ends the connection with 1011, and no other. */
  #guard (connection: Connection, run: () => void): void {
    try {
      run()
    } catch (error) {
      this.#options.logger.error({ err: error, connection: connection.id }, 'Failed to serve a connection')
      connection.close(closeCodes.internal, 'Internal error')
    }
  }

  #refuse (socket: Socket, refusal: Refusal): void {
    const { status } = problemKind(refusal.code)
    this.#owner.metrics.refused(status)
    this.#options.logger.debug({ status, code: refusal.code }, 'Refused an upgrade')
    refuseUpgrade(socket, refusal)
  }

  #sweep (): void {
    const now = performance.now()
    const wallClock = Date.now()
    for (const connection of this.connections) connection.sweep(now, wallClock)
  }
}

/** Answers whoever comes without an upgrade. */
const answerPlainHttp = (path: string) => (_request: IncomingMessage, response: ServerResponse): void => {
  const { status, headers, body } = answerOf({ code: 'MOT_NOT_FOUND', detail: `WebSockets are served at ${path}` })
  response.writeHead(status, headers).end(body)
}
