/** Something that is drawn repeatedly. */
export interface Drawable {
  /** Whether it is visible. */
  visible: boolean
  /** Draws if something has changed; returns whether it did. */
  draw (now: number): boolean
}

/** Time per frame for drawing, in milliseconds; the rest is left to input, layout and paint. */
const BUDGET_MS = 7

/**
 * Draws everything visible, at most once per frame. What exceeds the budget of a frame is drawn first in the next one,
 * so that the page keeps the frame rate of the screen and every chart is drawn as often as time permits.
 */
class FrameLoop {
  readonly #drawn: Drawable[] = []
  #frame = 0
  #next = 0
  /** Number of frames since the start, for measuring the frame rate. */
  count = 0

  add (drawn: Drawable): () => void {
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

/** The loop that all charts of a page share. */
export const frameLoop = new FrameLoop()
