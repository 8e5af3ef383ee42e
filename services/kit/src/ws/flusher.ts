import type { Socket } from 'node:net'

/**
 * Gathers what is written to many sockets within one turn of the event loop into one system call a socket. A turn
 * that reads a burst from the broker then costs a write for each consumer and not one for each message.
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
   * Holds a socket's writes until the end of this turn, when `released` is called. To be asked once a turn and socket.
   */
  cork (socket: Socket, released: () => void): void {
    socket.cork()
    if (this.#held.push({ socket, released }) === 1) setImmediate(this.#flush)
  }
}
