import type { AckFrame, ErrorFrame, Message } from '@motience/schemas'

/** A message to send; its payload is JSON text, which is sent unchanged. */
export type Outgoing = Omit<Message, 'payload'> & { id: string, session: string, seq: number, payload: string }

/** The text of the data frame of a message. */
export const dataFrame = ({ payload, ...fields }: Outgoing): string =>
  `${JSON.stringify({ type: 'data', ...fields }).slice(0, -1)},"payload":${payload}}`

/** The outcome of a message. */
export type Receipt = {
  id: string
  seq: number
  device: string | null
  bytes: number
  at: number
  latencyMs: number
} & (
  | { kind: 'acked'; epoch: number; offset: number; subscriberCount: number; duplicate: boolean }
  | { kind: 'rejected'; code: string; message: string; retryAfterMs: number | null }
)

/** Maximum number of unacknowledged messages, sent or queued. */
export const MAX_QUEUED = 1000

const STORAGE_KEY = 'motience.unacknowledged.2'

interface QueuedMessage { message: Outgoing, sentAt: number | null }

const readStored = (): Outgoing[] => {
  try {
    const stored: unknown = JSON.parse(sessionStorage.getItem(STORAGE_KEY) ?? '[]')
    return Array.isArray(stored) ? stored.slice(0, MAX_QUEUED) as Outgoing[] : []
  } catch {
    return []
  }
}

/**
 * Messages in order, until each is acknowledged or rejected. Unacknowledged messages survive a reload of the page.
 */
export class SendQueue {
  #queue: QueuedMessage[] = readStored().map(message => ({ message, sentAt: null }))
  #inFlight = 0
  #maxInFlight = 1

  constructor (private readonly onReceipt: (receipt: Receipt) => void) {
    sessionStorage.removeItem(STORAGE_KEY)
    window.addEventListener('pagehide', () => {
      try {
        const messages = this.#queue.map(({ message }) => message)
        if (messages.length > 0) sessionStorage.setItem(STORAGE_KEY, JSON.stringify(messages))
      } catch {
        // Over the storage quota: these messages were never shown as acknowledged.
      }
    })
  }

  get size (): number { return this.#queue.length }

  add (message: Outgoing): boolean {
    if (this.#queue.length >= MAX_QUEUED) return false
    this.#queue.push({ message, sentAt: null })
    return true
  }

  /** Marks every message as unsent, for a new connection. */
  restart (maxInFlight: number): void {
    this.#maxInFlight = maxInFlight
    this.#inFlight = 0
    for (const queued of this.#queue) queued.sentAt = null
  }

  /** Returns the messages that may be sent now, and marks them as sent. */
  take (): Outgoing[] {
    const taken: Outgoing[] = []
    for (let i = this.#inFlight; i < this.#queue.length && this.#inFlight < this.#maxInFlight; i++) {
      const queued = this.#queue[i]!
      queued.sentAt = performance.now()
      this.#inFlight++
      taken.push(queued.message)
    }
    return taken
  }

  onAck ({ id, epoch, offset, subscriberCount, duplicate = false }: AckFrame): void {
    const common = this.#remove(id)
    if (common !== null) this.onReceipt({ ...common, kind: 'acked', epoch, offset, subscriberCount, duplicate })
  }

  /** Returns false if the error does not concern a message. */
  onError ({ id, seq, code, message, retry_after_ms: retryAfterMs }: ErrorFrame): boolean {
    if (id === undefined && seq === undefined) return false
    const common = this.#remove(id)
    if (common !== null) {
      this.onReceipt({ ...common, kind: 'rejected', code, message, retryAfterMs: retryAfterMs ?? null })
    }
    return true
  }

  /** Removes a message; acks arrive in order, so it is almost always the first one. */
  #remove (id: string | undefined): Pick<Receipt, 'id' | 'seq' | 'device' | 'bytes' | 'at' | 'latencyMs'> | null {
    const index = id === undefined ? 0 : this.#queue.findIndex(({ message }) => message.id === id)
    const queued = this.#queue[index]
    if (queued === undefined) return null
    this.#queue.splice(index, 1)
    if (index < this.#inFlight) this.#inFlight--
    const { message, sentAt } = queued
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
