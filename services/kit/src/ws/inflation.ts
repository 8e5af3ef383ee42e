import { constants, inflateRawSync } from 'node:zlib'
import type { WebSocket } from 'ws'
import { closeCodes } from '@motience/schemas'
import { Window } from './window.js'

type Done = (error: Error | null, text: Buffer) => void

/** The negotiated extension of ws: the only two members that are used here. */
interface Extension {
  params: { client_no_context_takeover?: boolean, client_max_window_bits?: number }
  /**
   * Called for one frame of a compressed message at a time; ws reads no further until `done` is called, in a later
   * iteration.
   */
  decompress (data: Buffer, fin: boolean, done: Done): void
}

/** Callbacks of an inflation. */
export interface InflationOwner {
  /** A message is about to be inflated; `pause` postpones it. */
  before (): void
  /** A message is invalid or too long: the connection has to be closed with this code. */
  refuse (code: number): void
}

/** What a sender removes from the end of each message (RFC 7692, 7.2.1). */
const TRAILER = Buffer.from([0, 0, 0xff, 0xff])
const NOTHING = Buffer.alloc(0)

/**
 * Inflates what one client compresses, instead of ws' own implementation, so that it can be paused. ws pauses only the
 * socket: data that was read before, up to three times 64 KiB, may expand a thousandfold and would all be passed on.
 * Here the next message is not inflated before the connection is resumed, and none after it has ended.
 *
 * Only the window of a connection is kept, at most 32 KiB, instead of a zlib stream of some 60 KiB. A fragmented
 * message is inflated after its last frame, so that until then it takes no more memory than was sent.
 */
export class Inflation {
  readonly #maxBytes: number
  readonly #owner: InflationOwner
  readonly #window: Window
  #frames: Buffer[] = []
  #next: (() => void) | null = null
  #paused = false
  #ended = false

  /**
   * Takes over the inflation of a WebSocket, for messages of at most `maxBytes`; null if no compression was negotiated.
   */
  static of (ws: WebSocket, maxBytes: number, owner: InflationOwner): Inflation | null {
    if (!ws.extensions.includes('permessage-deflate')) return null
    const extension = (ws as unknown as { _extensions?: Record<string, Extension> })._extensions?.['permessage-deflate']
    if (typeof extension?.decompress !== 'function') throw new Error('This version of ws has no known extension')
    return new Inflation(extension, maxBytes, owner)
  }

  private constructor (extension: Extension, maxBytes: number, owner: InflationOwner) {
    const { client_no_context_takeover: isFresh = false, client_max_window_bits: bits = 15 } = extension.params
    this.#maxBytes = maxBytes
    this.#owner = owner
    this.#window = new Window(isFresh ? 0 : 2 ** bits)
    extension.decompress = (data, fin, done) => this.#take(data, fin, done)
  }

  /** Whether inflation is paused. */
  get paused (): boolean { return this.#paused }

  /** Inflates nothing from now on, until `resume`. */
  pause (): void { this.#paused = !this.#ended }

  resume (): void {
    this.#paused = false
    const next = this.#next
    this.#next = null
    if (next !== null) setImmediate(next)
  }

  /** Passes on empty messages from now on: the connection has ended and ignores them. */
  end (): void {
    this.#ended = true
    this.#frames = []
    this.resume()
  }

  #take (data: Buffer, fin: boolean, done: Done): void {
    if (fin && !this.#ended) {
      setImmediate(() => this.#inflate(data, done))
      return
    }
    // Copied: the frame may be a few bytes of a large read, which would be kept as a whole.
    if (!this.#ended) this.#frames.push(Buffer.from(data))
    setImmediate(done, null, NOTHING)
  }

  #inflate (data: Buffer, done: Done): void {
    if (!this.#ended && !this.#paused) this.#owner.before()
    if (this.#paused) {
      this.#next = () => this.#inflate(data, done)
      return
    }
    const message = Buffer.concat([...this.#frames, data, TRAILER])
    this.#frames = []
    done(null, this.#ended ? NOTHING : this.#textOf(message))
  }

  #textOf (message: Buffer): Buffer {
    const { content } = this.#window
    try {
      const text = inflateRawSync(message, {
        finishFlush: constants.Z_SYNC_FLUSH,
        maxOutputLength: this.#maxBytes,
        // Most results fit into one chunk; the default of 16 KiB would be discarded for each.
        chunkSize: Math.min(16_384, Math.max(512, message.length * 8)),
        ...(content.length === 0 ? {} : { dictionary: content })
      })
      this.#window.add(text)
      return text
    } catch (error) {
      this.#owner.refuse(
        (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE' ? closeCodes.tooBig : closeCodes.badData
      )
      return NOTHING
    }
  }
}
