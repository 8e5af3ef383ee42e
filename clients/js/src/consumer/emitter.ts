/** A typed event emitter, for Node and browsers. */
export class Emitter<Events extends object> {
  readonly #listeners = new Map<keyof Events, Set<(value: never) => void>>()

  /** Calls `listener` at each event of this name. Returns a function that removes it. */
  on<K extends keyof Events> (event: K, listener: (value: Events[K]) => void): () => void {
    let listeners = this.#listeners.get(event)
    if (listeners === undefined) this.#listeners.set(event, listeners = new Set())
    listeners.add(listener)
    return () => { this.off(event, listener) }
  }

  off<K extends keyof Events> (event: K, listener: (value: Events[K]) => void): void {
    this.#listeners.get(event)?.delete(listener)
  }

  /** Resolves with the next event of this name. */
  once<K extends keyof Events> (event: K): Promise<Events[K]> {
    return new Promise(resolve => {
      const off = this.on(event, value => {
        off()
        resolve(value)
      })
    })
  }

  protected emit<K extends keyof Events> (event: K, value: Events[K]): void {
    for (const listener of this.#listeners.get(event) ?? []) (listener as (value: Events[K]) => void)(value)
  }
}
