/** A map that removes its oldest entry when it would exceed `limit` entries. */
export class BoundedMap<Key, Value> {
  readonly #entries = new Map<Key, Value>()

  constructor (readonly limit: number) {}

  get size (): number { return this.#entries.size }

  get (key: Key): Value | undefined { return this.#entries.get(key) }

  set (key: Key, value: Value): void {
    this.#entries.delete(key)
    this.#entries.set(key, value)
    if (this.#entries.size <= this.limit) return
    const oldest = this.#entries.keys().next()
    if (oldest.done !== true) this.#entries.delete(oldest.value)
  }

  delete (key: Key): void { this.#entries.delete(key) }

  clear (): void { this.#entries.clear() }
}
