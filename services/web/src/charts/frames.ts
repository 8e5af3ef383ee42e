/** Something that is drawn again and again. */
export interface Drawn {
  /** Whether it is in view. */
  visible: boolean
  /** Draws what has changed; true if there was something to draw. */
  draw (now: number): boolean
}

/** Milliseconds of one frame that may be spent on drawing: what is left belongs to input, layout and paint. */
const BUDGET_MS = 7

/**
 * Draws everything that is in view, once a frame at most. Where there is too much for one frame, the rest is first in
 * the next, so that the page stays at the screen's own rate and every chart is drawn as often as there is time for.
 */
class Frames {
  readonly #drawn: Drawn[] = []
  #frame = 0
  #next = 0
  /** Frames since the start; the measured rate is made of it. */
  count = 0

  add (drawn: Drawn): () => void {
    this.#drawn.push(drawn)
    if (this.#drawn.length === 1) this.#frame = requestAnimationFrame(now => { this.#step(now) })
    return () => {
      this.#drawn.splice(this.#drawn.indexOf(drawn), 1)
      if (this.#drawn.length === 0) cancelAnimationFrame(this.#frame)
    }
  }

  #step (now: number): void {
    this.count++
    this.#frame = requestAnimationFrame(next => { this.#step(next) })
    const total = this.#drawn.length
    const end = performance.now() + BUDGET_MS
    for (let i = 0; i < total; i++) {
      const index = (this.#next + i) % total
      const drawn = this.#drawn[index]!
      if (!drawn.visible) continue
      if (drawn.draw(now) && performance.now() >= end) {
        this.#next = (index + 1) % total
        return
      }
    }
    this.#next = 0
  }
}

/** The one loop of a page. */
export const frames = new Frames()
