/**
 * Notices a connection that has died without a word. The server's pings count as life where they are told of; a browser
 * does not tell, so after an interval without anything the server is asked for an answer.
 */
export class Heartbeat {
  #timer: ReturnType<typeof setInterval>
  #seenAt: number
  #askedAt: number | null = null

  /** `ask` sends something that the server answers; `dead` is called after two and a half intervals of silence. */
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

  /** Something came from the server. */
  seen (): void {
    this.#seenAt = this.now()
    this.#askedAt = null
  }

  stop (): void { clearInterval(this.#timer) }
}
