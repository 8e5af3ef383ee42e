import type { AckFrame, ErrorFrame, Message } from '@motience/schemas'

/** A message as it is sent, with what names it; its payload is the text that is sent. */
export type Outgoing = Omit<Message, 'payload'> & { id: string, session: string, seq: number, payload: string }

/** The text of its frame. */
export const dataFrame = ({ payload, ...fields }: Outgoing): string =>
  `${JSON.stringify({ type: 'data', ...fields }).slice(0, -1)},"payload":${payload}}`

/** What became of a message. */
export type Receipt = {
  id: string
  seq: number
  device: string | null
  bytes: number
  at: number
  latencyMs: number
} & (
  | { kind: 'acked'; epoch: number; offset: number; subscriberCount: number; duplicate: boolean }
  | { kind: 'refused'; code: string; message: string; retryAfterMs: number | null }
)

/** Most messages that wait, sent or not. */
export const MAX_WAITING = 1000

const STORAGE_KEY = 'motience.unacknowledged.2'

interface Waiting { message: Outgoing, sentAt: number | null }

const read = (): Outgoing[] => {
  try {
    const stored: unknown = JSON.parse(sessionStorage.getItem(STORAGE_KEY) ?? '[]')
    return Array.isArray(stored) ? stored.slice(0, MAX_WAITING) as Outgoing[] : []
  } catch {
    return []
  }
}

/**
 * Messages on their way, in order, until each is acknowledged or refused; what is left outlives a reload of the page.
 */
export class SendQueue {
  #waiting: Waiting[] = read().map(message => ({ message, sentAt: null }))
  #inFlight = 0
  #maxInFlight = 1

  constructor (private readonly onReceipt: (receipt: Receipt) => void) {
    sessionStorage.removeItem(STORAGE_KEY)
    window.addEventListener('pagehide', () => {
      try {
        if (this.#waiting.length > 0) { sessionStorage.setItem(STORAGE_KEY, JSON.stringify(this.#waiting.map(({ message }) => message))) }
      } catch {
        // Too much for this storage: it was never acknowledged, and the person saw so.
      }
    })
  }

  get size (): number { return this.#waiting.length }

  add (message: Outgoing): boolean {
    if (this.#waiting.length >= MAX_WAITING) return false
    this.#waiting.push({ message, sentAt: null })
    return true
  }

  /** A new connection: everything is to be sent again. */
  restart (maxInFlight: number): void {
    this.#maxInFlight = maxInFlight
    this.#inFlight = 0
    for (const waiting of this.#waiting) waiting.sentAt = null
  }

  /** What may be sent now, which counts as sent. */
  take (): Outgoing[] {
    const taken: Outgoing[] = []
    for (let i = this.#inFlight; i < this.#waiting.length && this.#inFlight < this.#maxInFlight; i++) {
      const waiting = this.#waiting[i]!
      waiting.sentAt = performance.now()
      this.#inFlight++
      taken.push(waiting.message)
    }
    return taken
  }

  acked ({ id, epoch, offset, subscriberCount, duplicate = false }: AckFrame): void {
    const common = this.#settle(id)
    if (common !== null) this.onReceipt({ ...common, kind: 'acked', epoch, offset, subscriberCount, duplicate })
  }

  /** False where the error is not about a message. */
  refused ({ id, seq, code, message, retry_after_ms: retryAfterMs }: ErrorFrame): boolean {
    if (id === undefined && seq === undefined) return false
    const common = this.#settle(id)
    if (common !== null) { this.onReceipt({ ...common, kind: 'refused', code, message, retryAfterMs: retryAfterMs ?? null }) }
    return true
  }

  /** Acks come in order, so that it is nearly always the first. */
  #settle (id: string | undefined): Pick<Receipt, 'id' | 'seq' | 'device' | 'bytes' | 'at' | 'latencyMs'> | null {
    const index = id === undefined ? 0 : this.#waiting.findIndex(({ message }) => message.id === id)
    const waiting = this.#waiting[index]
    if (waiting === undefined) return null
    this.#waiting.splice(index, 1)
    if (index < this.#inFlight) this.#inFlight--
    const { message, sentAt } = waiting
    return {
      id: message.id,
      seq: message.seq,
      device: message.device_id ?? null,
      bytes: new TextEncoder().encode(message.payload).length,
      at: Date.now(),
      latencyMs: sentAt === null ? 0 : performance.now() - sentAt
    }
  }
}
