import type { Message } from '@motience/schemas'

/** A message that the fake platform has stored. */
export interface StoredMessage extends Message { offset: number, receivedAt: number }

/** The result for one message. */
export type Accepted =
  { offset: number; duplicate: boolean } | { code: string; message: string; retry_after_ms?: number }

/**
 * Numbers and stores messages by the platform's rule: `(device, session, seq)` identifies a message, and a `seq` that
 * is not above the session's last is a repeat, which is acked with its first position, or refused if it was never
 * stored.
 */
export class History {
  readonly kept: StoredMessage[] = []
  readonly #last = new Map<string, number>()
  readonly #offsets = new Map<string, number>()
  repeats = 0
  passed = 0
  #count = 0

  constructor (readonly keepAll = true) {}

  accept (message: Message): Accepted {
    if (message.session !== undefined && message.seq !== undefined) {
      const session = `${message.device_id} ${message.session}`
      if (message.seq <= (this.#last.get(session) ?? -1)) {
        const offset = this.#offsets.get(`${session} ${message.seq}`)
        if (offset === undefined) {
          this.passed++
          return { code: 'MOT_DSM_SEQ_PASSED', message: 'Passed' }
        }
        this.repeats++
        return { offset, duplicate: true }
      }
      this.#last.set(session, message.seq)
      this.#offsets.set(`${session} ${message.seq}`, this.#count + 1)
    }
    const offset = ++this.#count
    if (!this.keepAll) {
      this.kept.length = 0
      this.#offsets.clear()
    }
    this.kept.push({ ...message, offset, receivedAt: Date.now() })
    return { offset, duplicate: false }
  }

  /** The stored numbers, ascending. */
  get numbers (): number[] {
    return this.kept.map(({ seq }) => seq!).sort((a, b) => a - b)
  }

  /** The first number of 1…n that is missing or duplicated; null if there is none. */
  firstMismatch (n: number): number | null {
    const { numbers } = this
    for (let i = 0; i < Math.max(n, numbers.length); i++) if (numbers[i] !== i + 1) return i + 1
    return null
  }
}
