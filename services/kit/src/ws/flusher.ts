import type { Socket } from 'node:net'

/**
 * Combines all writes to a socket within one iteration of the event loop into one system call. An iteration that reads
 * a burst from the broker then costs one write per consumer instead of one per message.
 */
export class Flusher {
  #held: { socket: Socket, released: () => void }[] = []
  readonly #flush = (): void => {
    const held = this.#held
    this.#held = []
    for (const { socket, released } of held) {
      released()
      socket.uncork()
    }
  }

  /**
   * Buffers a socket's writes until the end of this iteration, when `released` is called. Call it once per iteration
   * and socket.
   */
  cork (socket: Socket, released: () => void): void {
    socket.cork()
    if (this.#held.push({ socket, released }) === 1) setImmediate(this.#flush)
  }
}
