import { payloadText } from '@motience/client/consumer'
import type { Envelope } from '@motience/schemas'

/** A message, and the exact text of its payload. */
export interface LogLine { envelope: Envelope, text: string }

const MAX_LINES = 2000
const MAX_CHARACTERS = 8_000_000

/** The latest messages, bounded in number and size. */
export class MessageLog {
  #lines: LogLine[] = []
  #characters = 0
  #count = 0

  /** Number of messages since the page was opened. */
  get count (): number { return this.#count }

  add (envelope: Envelope): void {
    const text = payloadText(envelope)
    this.#lines.push({ envelope, text })
    this.#characters += text.length
    this.#count++
    let dropped = 0
    while (
      this.#lines.length - dropped > MAX_LINES ||
      (this.#characters > MAX_CHARACTERS && dropped < this.#lines.length - 1)
    ) {
      this.#characters -= this.#lines[dropped]!.text.length
      dropped++
    }
    // One splice instead of many shifts, each of which moves the whole array.
    if (dropped > 0) this.#lines.splice(0, dropped)
  }

  /** The matching messages, newest first, at most `limit`. */
  find ({ producerId, search, limit }: { producerId: number | null, search: string, limit: number }): LogLine[] {
    const text = search.toLowerCase()
    const found: LogLine[] = []
    for (let i = this.#lines.length - 1; i >= 0 && found.length < limit; i--) {
      const line = this.#lines[i]!
      if (producerId !== null && line.envelope.producer_id !== producerId) continue
      if (
        text !== '' &&
        !line.text.toLowerCase().includes(text) &&
        line.envelope.device_id?.toLowerCase().includes(text) !== true
      ) { continue }
      found.push(line)
    }
    return found
  }
}
