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

/** Not JSON this often in a row ends a connection with 1007. */
export const MAX_BAD_FRAMES_IN_A_ROW = 10

/** Bounds of one connection. */
export interface ConnectionLimits {
  /** Milliseconds between pings; two unanswered ones end the connection with 4009 when a third is due. */
  heartbeatMs: number
  /** Messages a second, past which it is closed with 4029. */
  messageRate: number
  /** Bytes of one frame, after decompression; a longer one ends its connection with 1009. */
  maxFrameBytes: number
  /** Bytes that may wait in the socket for a peer that does not read; past it, it is closed with 4008. */
  maxBufferedBytes: number
}

/** What a connection tells the server that made it. */
export interface ConnectionOwner {
  limits: ConnectionLimits
  metrics: SocketMetrics
  flusher: Flusher
  /** A text that came in, already counted. */
  received (connection: Connection, text: string): void
  /** Once, as soon as the connection ends or is being closed: nothing can be sent any more. */
  ended (connection: Connection, code: number): void
  /** Once, when the socket is gone, with the close code that counts. */
  gone (connection: Connection, code: number): void
}

/** One client's WebSocket: whose it is, what is sent to it, and when it has to end. */
export class Connection {
  /** Rises with each connection of this process; for logs. */
  readonly id: number
  identity: Identity
  /** Told when a socket that had more to send than it could has sent all of it. */
  onDrain: (() => void) | null = null
  /** Told before a compressed message is inflated: who has no room for it may pause the reading, and gets it later. */
  onInflate: (() => void) | null = null
  readonly #ws: WebSocket
  readonly #socket: Socket
  readonly #owner: ConnectionOwner
  readonly #rate: MessageRate
  readonly #heartbeat: Heartbeat
  readonly #inflation: Inflation | null
  #paused = false
  #corked = false
  #notJson = 0
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
    socket.on('close', () => this.#dropHeld())
    ws.on('message', (data, isBinary) => this.#receive(data, isBinary))
    ws.on('pong', () => this.#heartbeat.received())
    ws.on('ping', data => this.#answerPing(data))
    // ws has closed the connection itself by now: not UTF-8, over the greatest frame, or a broken frame
    ws.on('error', (error: Error & { code?: string }) => this.#end(closeCodeOfError(error.code)))
    ws.on('close', code => {
      this.#end(code)
      owner.metrics.closed(this.#endCode ?? code)
      owner.gone(this, this.#endCode ?? code)
    })
  }

  /** Whether frames can still be sent. */
  get open (): boolean { return this.#endCode === null }

  /** Bytes that were given to `send` and wait for the peer to read. */
  get bufferedBytes (): number { return this.#ws.bufferedAmount }

  /** Whether the socket holds so much that it tells by `onDrain` when all of it is sent. */
  get needsDrain (): boolean { return this.#socket.writableNeedDrain }

  /**
   * Sends the text of one frame. False where the connection has ended. One that holds back more than `maxBufferedBytes`
   * is closed with 4008.
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
   * Sends a whole frame as `textFrame` made it, the same one to many connections: what goes to the socket here stands
   * in order with what `ws` writes, for none of it is compressed.
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

  /** Tells what was refused; the connection goes on. */
  sendError (error: Omit<ErrorFrame, 'type'>): boolean {
    return this.sendFrame({ type: 'error', ...error })
  }

  /**
   * Counts `count` messages against the rate; false where that closed the connection with 4029. One a frame is counted
   * already.
   */
  spend (count: number): boolean {
    if (this.#rate.take(count, performance.now())) return true
    this.close(closeCodes.tooMany, 'Too many messages')
    return false
  }

  /**
   * Stops reading the socket, so that the peer feels back-pressure. Its heartbeats rest, since they can't be read
   * either.
   */
  pauseReading (): void {
    if (this.#paused || this.#endCode !== null) return
    this.#paused = true
    this.#ws.pause()
    this.#inflation?.hold()
    if (this.#socket.destroyed) this.#dropHeld()
  }

  resumeReading (): void {
    if (!this.#paused) return
    this.#paused = false
    this.#heartbeat.restart(performance.now())
    this.#ws.resume()
    this.#inflation?.release()
  }

  /**
   * Called for each text that was no JSON, and for each good one; ten bad ones in a row end the connection with 1007.
   */
  countJson (good: boolean): void {
    if (good) this.#notJson = 0
    else if (++this.#notJson >= MAX_BAD_FRAMES_IN_A_ROW) this.close(closeCodes.badData, 'Not JSON again and again')
  }

  /** Starts the closing handshake. The peer has 3 s to answer it, then the socket is destroyed. */
  close (code: number, reason = ''): void {
    if (this.#endCode !== null) return
    this.#ws.close(code, reason)
    if (this.#paused) {
      // the peer's answer has to be read; whatever else it sent is not handed on any more
      this.#paused = false
      this.#ws.resume()
    }
    this.#end(code)
  }

  terminate (): void {
    this.#end(closeCodes.internal)
    this.#ws.terminate()
  }

  /** Looks at the clocks: `now` is a steady one for heartbeats, `wallClock` the one that tokens expire by. */
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
    // bytes that are no text are read as such, and refused as no JSON
    this.#owner.received(this, isBinary ? '' : buffer.toString('utf8'))
  }

  #answerPing (data: Buffer): void {
    this.#heartbeat.received()
    if (this.#endCode !== null || !this.spend(1)) return
    this.#ws.pong(data)
    if (this.#ws.bufferedAmount > this.#owner.limits.maxBufferedBytes) this.close(closeCodes.tooSlow, 'Too slow')
  }

  /** What is held back of a socket that is gone can never be answered: its sender will send it again. */
  #dropHeld (): void {
    if (this.#inflation?.holding === true) this.#end(CLOSED_ABNORMALLY)
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
