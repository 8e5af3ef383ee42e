/**
 * Detects a dead connection. Pings of the server count, but browsers don't expose them: after an interval without any
 * message, a request is sent that the server answers.
 */
export class Heartbeat {
  #timer: ReturnType<typeof setInterval>
  #seenAt: number
  #askedAt: number | null = null

  /** `ask` sends a request that the server answers; `dead` is called after 2.5 intervals of silence. */
  constructor (
    intervalMs: number,
    { ask, dead, now = () => performance.now() }: { ask: () => void; dead: () => void; now?: () => number }
  ) {
    this.#seenAt = now()
    this.now = now
    this.#timer = setInterval(() => {
      const silent = now() - this.#seenAt
      if (silent > intervalMs * 2.5) dead()
      else if (silent > intervalMs && this.#askedAt === null) {
        this.#askedAt = now()
        ask()
      }
    }, Math.max(10, intervalMs / 4))
  }

  private readonly now: () => number

  /** Call for everything that the server sends. */
  seen (): void {
    this.#seenAt = this.now()
    this.#askedAt = null
  }

  stop (): void { clearInterval(this.#timer) }
}
