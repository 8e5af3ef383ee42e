import { constants, inflateRawSync } from 'node:zlib'
import type { WebSocket } from 'ws'
import { closeCodes } from '@motience/schemas'
import { Window } from './window.js'

type Done = (error: Error | null, text: Buffer) => void

/** What ws keeps of the extension that it has negotiated: the only two members that are used here. */
interface Extension {
  params: { client_no_context_takeover?: boolean, client_max_window_bits?: number }
  /**
   * Called for one frame of a compressed message at a time; ws reads no further until `done` is called, in a later
   * turn.
   */
  decompress (data: Buffer, fin: boolean, done: Done): void
}

/** Who is asked and told. */
export interface InflationOwner {
  /** A message is about to be inflated; `hold` keeps it from that. */
  before (): void
  /** A message is broken or too long: the connection has to end with this close code. */
  refuse (code: number): void
}

/** What the sender of RFC 7692 leaves out at the end of each message. */
const TRAILER = Buffer.from([0, 0, 0xff, 0xff])
const NOTHING = Buffer.alloc(0)

/**
 * Inflates what one client compresses, in place of ws' own way, so that it can be held back. ws pauses the socket
 * alone: what was read of it before, up to three times 64 KiB, may expand a thousandfold and would all be handed on.
 * Here the next message is not inflated before the connection is read again, and nothing is once it has ended.
 *
 * Of a connection it keeps the window alone, at most 32 KiB, where ws' way keeps a zlib stream of some 60 KiB. A
 * message in several frames is inflated when its last one has come, so that until then it takes no more than what was
 * sent of it.
 */
export class Inflation {
  readonly #maxBytes: number
  readonly #owner: InflationOwner
  readonly #window: Window
  #frames: Buffer[] = []
  #next: (() => void) | null = null
  #holding = false
  #ended = false

  /**
   * Takes over the inflating of a WebSocket, of messages of at most `maxBytes`; null where no compression was
   * negotiated.
   */
  static of (ws: WebSocket, maxBytes: number, owner: InflationOwner): Inflation | null {
    if (!ws.extensions.includes('permessage-deflate')) return null
    const extension = (ws as unknown as { _extensions?: Record<string, Extension> })._extensions?.['permessage-deflate']
    if (typeof extension?.decompress !== 'function') throw new Error('This version of ws keeps its extension elsewhere')
    return new Inflation(extension, maxBytes, owner)
  }

  private constructor (extension: Extension, maxBytes: number, owner: InflationOwner) {
    const { client_no_context_takeover: isFresh = false, client_max_window_bits: bits = 15 } = extension.params
    this.#maxBytes = maxBytes
    this.#owner = owner
    this.#window = new Window(isFresh ? 0 : 2 ** bits)
    extension.decompress = (data, fin, done) => this.#take(data, fin, done)
  }

  /** Whether what was read may not be inflated now. */
  get holding (): boolean { return this.#holding }

  /** Inflates nothing from now on, until `release`. */
  hold (): void { this.#holding = !this.#ended }

  release (): void {
    this.#holding = false
    const next = this.#next
    this.#next = null
    if (next !== null) setImmediate(next)
  }

  /** Hands on empty messages from now on: whoever gets them has ended. */
  end (): void {
    this.#ended = true
    this.#frames = []
    this.release()
  }

  #take (data: Buffer, fin: boolean, done: Done): void {
    if (fin && !this.#ended) {
      setImmediate(() => this.#inflate(data, done))
      return
    }
    // A copy: the frame may be a few bytes of a large read, all of which would be kept with it.
    if (!this.#ended) this.#frames.push(Buffer.from(data))
    setImmediate(done, null, NOTHING)
  }

  #inflate (data: Buffer, done: Done): void {
    if (!this.#ended && !this.#holding) this.#owner.before()
    if (this.#holding) {
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
        // Most readings fit in one; the default of 16 KiB would be thrown away for each.
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
