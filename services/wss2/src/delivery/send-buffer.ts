import type { LiveMessage } from '../fan-out/live-message.js'

/** A range of one producer's messages that was dropped. */
export interface Gap { producerId: number, epoch: number, from: number, to: number }

/** An item that waits to be sent. */
export type SendBufferItem =
  | { kind: 'data', message: LiveMessage }
  | { kind: 'frame', text: string, producerId: number | null }
  | { kind: 'gap', gap: Gap }

/** Estimated size of a `gap` frame, in bytes. */
const GAP_BYTES = 96

const sizeOf = (item: SendBufferItem): number =>
  item.kind === 'data' ? item.message.frame.length : item.kind === 'frame' ? item.text.length : GAP_BYTES

/** The messages and frames of a send queue, with the means to drop messages. `totals` sums up all buffers. */
export class SendBuffer {
  readonly #totals: { messages: number, bytes: number }
  /** Null where an item was replaced by a newer one towards the back. */
  #items: (SendBufferItem | null)[] = []
  #first = 0
  #size = 0
  #bytes = 0
  /** Index of the newest message of each producer and device, for `pushLatest`. */
  #latest = new Map<string, number>()

  constructor (totals: { messages: number, bytes: number }) {
    this.#totals = totals
  }

  get size (): number { return this.#size }
  get bytes (): number { return this.#bytes }

  push (message: LiveMessage): void {
    this.#add({ kind: 'data', message })
  }

  pushFrame (text: string, producerId: number | null): void {
    this.#add({ kind: 'frame', text, producerId })
  }

  /** Appends a message and removes the previous one of its producer and device; returns whether there was one. */
  pushLatest (message: LiveMessage): boolean {
    const key = `${message.producerId} ${message.deviceId ?? ''}`
    const index = this.#latest.get(key)
    const old = index === undefined ? null : this.#items[index] ?? null
    const replaces = index !== undefined && index >= this.#first && old !== null
    if (replaces) {
      this.#count(old, -1)
      this.#items[index] = null
      if (this.#items.length > 64 && this.#size * 2 < this.#items.length - this.#first) this.#compact()
    }
    this.#latest.set(key, this.#items.length)
    this.#add({ kind: 'data', message })
    return replaces
  }

  shift (): SendBufferItem | undefined {
    while (this.#first < this.#items.length) {
      const item = this.#items[this.#first]
      this.#items[this.#first++] = null
      if (item === null || item === undefined) continue
      this.#count(item, -1)
      if (this.#size === 0) this.clear()
      else if (this.#first > 1024 && this.#first * 2 > this.#items.length) this.#compact()
      return item
    }
    return undefined
  }

  /**
   * Replaces the oldest messages by gaps until at most `bytes` and `messages` remain. A gap takes the position of its
   * first message, and adjacent gaps are merged. Returns the number of messages dropped.
   */
  dropOldest (bytes: number, messages: number): number {
    const kept: SendBufferItem[] = []
    const open = new Map<number, Gap>()
    let dropped = 0
    let size = this.#size
    let left = this.#bytes
    for (const item of this.#items) {
      if (item === null) continue
      if (item.kind === 'data' && (size > messages || left > bytes)) {
        const { producerId, epoch, offset, frame } = item.message
        size--
        left -= frame.length
        dropped++
        const gap = open.get(producerId)
        if (gap !== undefined && gap.epoch === epoch && gap.to + 1 === offset) gap.to = offset
        else keepGap({ producerId, epoch, from: offset, to: offset }, kept, open)
      } else if (item.kind === 'gap') {
        const gap = open.get(item.gap.producerId)
        if (gap !== undefined && gap.epoch === item.gap.epoch && gap.to + 1 === item.gap.from) gap.to = item.gap.to
        else keepGap(item.gap, kept, open)
      } else {
        kept.push(item)
        if (item.kind === 'data') open.delete(item.message.producerId)
        else if (item.producerId !== null) open.delete(item.producerId)
      }
    }
    this.clear()
    for (const item of kept) this.#add(item)
    return dropped
  }

  clear (): void {
    this.#totals.messages -= this.#size
    this.#totals.bytes -= this.#bytes
    this.#items = []
    this.#first = 0
    this.#size = 0
    this.#bytes = 0
    this.#latest.clear()
  }

  #add (item: SendBufferItem): void {
    this.#items.push(item)
    this.#count(item, 1)
  }

  #count (item: SendBufferItem, sign: 1 | -1): void {
    const bytes = sign * sizeOf(item)
    this.#size += sign
    this.#bytes += bytes
    this.#totals.messages += sign
    this.#totals.bytes += bytes
  }

  #compact (): void {
    this.#items = this.#items.filter((item, index) => index >= this.#first && item !== null)
    this.#first = 0
    this.#latest.clear()
    for (const [index, item] of this.#items.entries()) {
      if (item?.kind === 'data') this.#latest.set(`${item.message.producerId} ${item.message.deviceId ?? ''}`, index)
    }
  }
}

const keepGap = (gap: Gap, kept: SendBufferItem[], open: Map<number, Gap>): void => {
  open.set(gap.producerId, gap)
  kept.push({ kind: 'gap', gap })
}
