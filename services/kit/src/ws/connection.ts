import type { Socket } from 'node:net'
import type { RawData, WebSocket } from 'ws'
import { closeCodes, type ErrorFrame } from '@motience/schemas'
import type { Identity } from '../auth/index.js'
import { closeCodeOfError, CLOSED_ABNORMALLY } from './close-code-of-error.js'
import type { Flusher } from './flusher.js'
import { Heartbeat } from './heartbeat.js'
import { Inflation } from './inflation.js'
import { MessageRate } from './message-rate.js'
import type { SocketMetrics } from './metrics.js'

/** Consecutive frames that are not JSON, after which a connection is closed with 1007. */
export const MAX_BAD_FRAMES_IN_A_ROW = 10

/** Limits of one connection. */
export interface ConnectionLimits {
  /** Milliseconds between pings; with two unanswered ones, the connection is closed with 4009 when a third is due. */
  heartbeatMs: number
  /** Maximum messages per second, above which it is closed with 4029. */
  messageRate: number
  /** Maximum size of a frame after decompression, in bytes; a longer one closes its connection with 1009. */
  maxFrameBytes: number
  /** Maximum bytes in the socket's buffer for a peer that does not read; above it, it is closed with 4008. */
  maxBufferedBytes: number
}

/** The server of a connection, which handles its events. */
export interface ConnectionOwner {
  limits: ConnectionLimits
  metrics: SocketMetrics
  flusher: Flusher
  /** A text was received, and already counted. */
  received (connection: Connection, text: string): void
  /** Called once, as soon as the connection has ended or is being closed: nothing can be sent any more. */
  ended (connection: Connection, code: number): void
  /** Called once the socket is closed, with the effective close code. */
  gone (connection: Connection, code: number): void
}

/** One client's WebSocket: its identity, sending, receiving, heartbeats and limits. */
export class Connection {
  /** Increases with each connection of this process; for logs. */
  readonly id: number
  identity: Identity
  /** Called when the socket's full buffer is empty again. */
  onDrain: (() => void) | null = null
  /** Called before a compressed message is inflated: `pauseReading` postpones it. */
  onInflate: (() => void) | null = null
  readonly #ws: WebSocket
  readonly #socket: Socket
  readonly #owner: ConnectionOwner
  readonly #rate: MessageRate
  readonly #heartbeat: Heartbeat
  readonly #inflation: Inflation | null
  #paused = false
  #corked = false
  #invalidInARow = 0
  #endCode: number | null = null

  constructor (id: number, ws: WebSocket, socket: Socket, identity: Identity, owner: ConnectionOwner) {
    this.id = id
    this.#ws = ws
    this.#socket = socket
    this.identity = identity
    this.#owner = owner
    const now = performance.now()
    this.#rate = new MessageRate(owner.limits.messageRate, now)
    this.#heartbeat = new Heartbeat(owner.limits.heartbeatMs, now)
    this.#inflation = Inflation.of(ws, owner.limits.maxFrameBytes, {
      before: () => this.onInflate?.(),
      refuse: code => this.close(code, 'Compressed frame refused')
    })
    socket.on('drain', () => this.onDrain?.())
    socket.on('close', () => this.#endIfPaused())
    ws.on('message', (data, isBinary) => this.#receive(data, isBinary))
    ws.on('pong', () => this.#heartbeat.received())
    ws.on('ping', data => this.#answerPing(data))
    // ws has closed the connection by now: invalid UTF-8, a frame that is too long, or a protocol error.
    ws.on('error', (error: Error & { code?: string }) => this.#end(closeCodeOfError(error.code)))
    ws.on('close', code => {
      this.#end(code)
      owner.metrics.closed(this.#endCode ?? code)
      owner.gone(this, this.#endCode ?? code)
    })
  }

  /** Whether frames can still be sent. */
  get open (): boolean { return this.#endCode === null }

  /** Bytes that were passed to `send` and are not sent yet. */
  get bufferedBytes (): number { return this.#ws.bufferedAmount }

  /** Whether the socket's buffer is so full that `onDrain` will be called. */
  get needsDrain (): boolean { return this.#socket.writableNeedDrain }

  /**
   * Sends a text frame. False if the connection has ended. A connection with more than `maxBufferedBytes` is closed
   * with 4008.
   */
  send (text: string): boolean {
    if (this.#endCode !== null) return false
    if (!this.#corked) {
      this.#corked = true
      this.#owner.flusher.cork(this.#socket, this.#uncorked)
    }
    this.#ws.send(text, { binary: false, compress: false })
    this.#owner.metrics.sent(text.length)
    if (this.#ws.bufferedAmount > this.#owner.limits.maxBufferedBytes) this.close(closeCodes.tooSlow, 'Too slow')
    return this.#endCode === null
  }

  /**
   * Sends a frame made by `textFrame`, the same one to many connections. Written to the socket directly, it keeps its
   * order with the frames of `ws`, since none of them is compressed.
   */
  sendPrepared (frame: Buffer): boolean {
    if (this.#endCode !== null) return false
    if (!this.#corked) {
      this.#corked = true
      this.#owner.flusher.cork(this.#socket, this.#uncorked)
    }
    this.#socket.write(frame)
    this.#owner.metrics.sent(frame.length)
    if (this.#socket.writableLength > this.#owner.limits.maxBufferedBytes) this.close(closeCodes.tooSlow, 'Too slow')
    return this.#endCode === null
  }

  sendFrame (frame: object): boolean {
    return this.send(JSON.stringify(frame))
  }

  /** Reports an error; the connection stays open. */
  sendError (error: Omit<ErrorFrame, 'type'>): boolean {
    return this.sendFrame({ type: 'error', ...error })
  }

  /**
   * Counts messages against the rate limit, besides the one per frame that is counted already; false if that closed the
   * connection with 4029.
   */
  spend (count: number): boolean {
    if (this.#rate.take(count, performance.now())) return true
    this.close(closeCodes.tooMany, 'Too many messages')
    return false
  }

  /** Stops reading the socket, so that the peer feels back-pressure. Pings are paused, since answers can't be read. */
  pauseReading (): void {
    if (this.#paused || this.#endCode !== null) return
    this.#paused = true
    this.#ws.pause()
    this.#inflation?.pause()
    if (this.#socket.destroyed) this.#endIfPaused()
  }

  resumeReading (): void {
    if (!this.#paused) return
    this.#paused = false
    this.#heartbeat.restart(performance.now())
    this.#ws.resume()
    this.#inflation?.resume()
  }

  /** Called for each text, with whether it was JSON; ten invalid ones in a row close the connection with 1007. */
  countJson (good: boolean): void {
    if (good) this.#invalidInARow = 0
    else if (++this.#invalidInARow >= MAX_BAD_FRAMES_IN_A_ROW) this.close(closeCodes.badData, 'Too many invalid frames')
  }

  /** Starts the closing handshake. After 3 s without an answer of the peer the socket is destroyed. */
  close (code: number, reason = ''): void {
    if (this.#endCode !== null) return
    this.#ws.close(code, reason)
    if (this.#paused) {
      // The peer's close frame has to be read; no other frame is passed on any more.
      this.#paused = false
      this.#ws.resume()
    }
    this.#end(code)
  }

  terminate (): void {
    this.#end(closeCodes.internal)
    this.#ws.terminate()
  }

  /** Checks expiry and heartbeat: `now` is monotonic, `wallClock` in milliseconds since 1970. */
  sweep (now: number, wallClock: number): void {
    if (this.#endCode !== null) return
    if (wallClock >= this.identity.expiresAt) {
      this.close(closeCodes.tokenInvalid, 'Token expired')
    } else if (!this.#paused) {
      const next = this.#heartbeat.next(now)
      if (next === 'ping') this.#ws.ping()
      else if (next === 'give-up') this.close(closeCodes.noHeartbeat, 'No heartbeat')
    }
  }

  readonly #uncorked = (): void => { this.#corked = false }

  #receive (data: RawData, isBinary: boolean): void {
    if (this.#endCode !== null) return
    this.#heartbeat.received()
    const buffer = data as Buffer
    this.#owner.metrics.received(buffer.length)
    if (!this.spend(1)) return
    // Binary data is passed on as a text that is not JSON, and reported as such.
    this.#owner.received(this, isBinary ? '' : buffer.toString('utf8'))
  }

  #answerPing (data: Buffer): void {
    this.#heartbeat.received()
    if (this.#endCode !== null || !this.spend(1)) return
    this.#ws.pong(data)
    if (this.#ws.bufferedAmount > this.#owner.limits.maxBufferedBytes) this.close(closeCodes.tooSlow, 'Too slow')
  }

  /** Messages that are not inflated yet when the socket is gone can't be answered: their sender will repeat them. */
  #endIfPaused (): void {
    if (this.#inflation?.paused === true) this.#end(CLOSED_ABNORMALLY)
  }

  #end (code: number): void {
    if (this.#endCode !== null) return
    this.#endCode = code
    this.#inflation?.end()
    this.onDrain = null
    this.onInflate = null
    this.#owner.ended(this, code)
  }
}
