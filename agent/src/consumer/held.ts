import type { Envelope } from '@motience/schemas'
import { comparePlaces, follows, type Place } from './place.js'

/** Messages that wait for something before them, in order, each place once, at most so many. */
export class Held {
  #envelopes: Envelope[] = []
  #overflowed = false

  constructor (private readonly max: number) {}

  get size (): number { return this.#envelopes.length }

  /** Whether messages had to be dropped since it was last cleared; they have to be asked for again. */
  get overflowed (): boolean { return this.#overflowed }

  /** Keeps a message; once there are too many, all are dropped and no more are kept until `clear`. */
  add (envelope: Envelope): void {
    if (this.#overflowed) return
    if (this.#envelopes.length >= this.max) {
      this.overflow()
      return
    }
    let index = this.#envelopes.length
    while (index > 0 && comparePlaces(this.#envelopes[index - 1]!, envelope) > 0) index--
    if (index > 0 && comparePlaces(this.#envelopes[index - 1]!, envelope) === 0) return
    this.#envelopes.splice(index, 0, envelope)
  }

  /** Takes out the message right behind `place`, or null; drops what is not ahead of it. */
  takeNext (place: Place): Envelope | null {
    let passed = 0
    while (passed < this.#envelopes.length && comparePlaces(this.#envelopes[passed]!, place) <= 0) passed++
    if (passed > 0) this.#envelopes.splice(0, passed)
    const first = this.#envelopes[0]
    if (first === undefined || !follows(place, first)) return null
    this.#envelopes.shift()
    return first
  }

  /** Takes everything, in order. */
  take (): Envelope[] {
    const all = this.#envelopes
    this.#envelopes = []
    return all
  }

  overflow (): void {
    this.#envelopes = []
    this.#overflowed = true
  }

  clear (): void {
    this.#envelopes = []
    this.#overflowed = false
  }
}
