import { generate, type Packet } from 'mqtt-packet'
import type { Duplex } from 'node:stream'
import { PacketParser, type ProtocolVersion } from '../wire/packet-parser.js'
import { PacketSplitter } from '../wire/packet-splitter.js'
import { MqttError, reasons, type ReasonCode } from '../wire/reasons.js'

/** Maximum size of a packet before the client has been admitted, in bytes: a credential and a will. */
export const MAX_CONNECT_PACKET = 16_384

/** Maximum size of unread packets toward a client, in bytes; beyond it the connection is closed. */
const MAX_UNREAD_BYTES = 1_048_576

/** Time for the last packets to leave before the socket is cut, in milliseconds. */
const CLOSE_MS = 1_000

/** What a connection tells its owner. */
export interface ConnectionHandlers {
  packet (packet: Packet): void
  /** Once, as soon as nothing can be sent any more; `reason` is why the server closed it, null if the client did. */
  ended (reason: ReasonCode | null): void
  /** A packet can't be handled: the connection has to be closed for this reason. */
  faulty (reason: ReasonCode): void
  /** An error that is not the client's. */
  failed (error: unknown): void
}

/** The packets of one client, over TCP or a WebSocket. */
export class Connection {
  readonly #stream: Duplex
  readonly #handlers: ConnectionHandlers
  readonly #splitter = new PacketSplitter(MAX_CONNECT_PACKET)
  readonly #parser = new PacketParser()
  readonly #onDrain = new Set<() => void>()
  /** When the last packet arrived, by `performance.now()`. */
  lastReceivedAt = performance.now()
  /** 5 once the client has connected with MQTT 5. */
  version: ProtocolVersion = 4
  #paused = false
  #ended = false
  #corked = false

  constructor (stream: Duplex, handlers: ConnectionHandlers) {
    this.#stream = stream
    this.#handlers = handlers
    stream.on('data', (chunk: Buffer) => {
      this.lastReceivedAt = performance.now()
      this.#read(() => { this.#splitter.push(chunk) })
    })
    stream.on('end', () => { this.#end(null) })
    stream.on('error', () => { this.#end(null) })
    stream.on('close', () => { this.#end(null) })
    stream.on('drain', () => { for (const handler of [...this.#onDrain]) handler() })
  }

  get open (): boolean { return !this.#ended }

  get paused (): boolean { return this.#paused }

  /** Bytes that the client has not read. */
  get unreadBytes (): number { return this.#stream.writableLength }

  /** Calls `handler` when the client has read what was sent, until the returned function is called. */
  onDrain (handler: () => void): () => void {
    this.#onDrain.add(handler)
    return () => { this.#onDrain.delete(handler) }
  }

  /** Takes packets of up to `maxPacket` bytes, in the client's version of the protocol, from now on. */
  admit (version: ProtocolVersion, maxPacket: number): void {
    this.version = version
    this.#parser.setVersion(version)
    this.#splitter.maxPacket = maxPacket
  }

  send (packet: Packet): void { this.sendBytes(generate(packet, { protocolVersion: this.version })) }

  /** Sends an encoded packet. A client that reads none of its packets is cut off. */
  sendBytes (bytes: Buffer): void {
    if (this.#ended) return
    if (!this.#corked) {
      this.#corked = true
      this.#stream.cork()
      process.nextTick(() => {
        this.#corked = false
        this.#stream.uncork()
      })
    }
    this.#stream.write(bytes)
    if (this.#stream.writableLength > MAX_UNREAD_BYTES) this.close(reasons.quotaExceeded)
  }

  /** Stops reading the socket, and handling what has been read. */
  pauseReading (): void {
    if (this.#paused || this.#ended) return
    this.#paused = true
    this.#stream.pause()
  }

  resumeReading (): void {
    if (!this.#paused || this.#ended) return
    this.#paused = false
    // what waited for this was not silence
    this.lastReceivedAt = performance.now()
    this.#read(() => {})
    if (!this.#paused && !this.#ended) this.#stream.resume()
  }

  /** Closes the connection; a client with MQTT 5 that was admitted gets a DISCONNECT packet with the reason. */
  close (reason: ReasonCode, { disconnect = true } = {}): void {
    if (this.#ended) return
    if (disconnect && this.version === 5) {
      this.#stream.write(generate({ cmd: 'disconnect', reasonCode: reason }, { protocolVersion: 5 }))
    }
    this.#end(reason)
  }

  /** Ends the connection as the client asked. */
  end (): void { this.#end(null) }

  /** Handles the packets that have arrived, until there are no more or the connection is paused. */
  #read (push: () => void): void {
    if (this.#ended) return
    try {
      push()
      while (!this.#paused && !this.#ended) {
        const bytes = this.#splitter.next()
        if (bytes === null) return
        this.#handlers.packet(this.#parser.parse(bytes))
      }
    } catch (error) {
      if (error instanceof MqttError) {
        this.#handlers.faulty(error.reason)
      } else {
        this.#handlers.failed(error)
        this.close(reasons.unspecified)
      }
    }
  }

  #end (reason: ReasonCode | null): void {
    if (this.#ended) return
    this.#ended = true
    this.#onDrain.clear()
    this.#stream.end()
    // nothing more is read, but the end of the stream has to be seen
    this.#stream.removeAllListeners('data')
    this.#stream.resume()
    const timer = setTimeout(() => { this.#stream.destroy() }, CLOSE_MS)
    this.#stream.once('close', () => { clearTimeout(timer) })
    this.#handlers.ended(reason)
  }
}
