import { payloadText } from '@motience/client/consumer'
import type { Envelope } from '@motience/schemas'

/** A message as it is read, and its payload's text as it was sent. */
export interface LogLine { envelope: Envelope, text: string }

const MAX_LINES = 2000
const MAX_CHARACTERS = 8_000_000

/** The latest messages, at most so many and so much of them. */
export class MessageLog {
  #lines: LogLine[] = []
  #characters = 0
  #count = 0

  /** Messages since the page was opened. */
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
    // In one go now and then, as taking from the front is dear.
    if (dropped > 0) this.#lines.splice(0, dropped)
  }

  /** The newest first that match: at most `limit`. */
  find ({ producerId, search, limit }: { producerId: number | null, search: string, limit: number }): LogLine[] {
    const wanted = search.toLowerCase()
    const found: LogLine[] = []
    for (let i = this.#lines.length - 1; i >= 0 && found.length < limit; i--) {
      const line = this.#lines[i]!
      if (producerId !== null && line.envelope.producer_id !== producerId) continue
      if (
        wanted !== '' &&
        !line.text.toLowerCase().includes(wanted) &&
        line.envelope.device_id?.toLowerCase().includes(wanted) !== true
      ) { continue }
      found.push(line)
    }
    return found
  }
}
