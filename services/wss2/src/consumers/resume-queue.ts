import type { ResumeFrame } from '@motience/schemas'

/** Most `resume` frames of one connection that wait, besides the one that is being done. */
const MAX_WAITING = 16

/** The `resume` frames of one connection, done one after the other. */
export class ResumeQueue {
  readonly #work: (frame: ResumeFrame) => Promise<void>
  readonly #fail: (error: unknown) => void
  /** The first is being done, once `running`. */
  #frames: ResumeFrame[] = []
  #running = false

  /** `work` does one frame; if it rejects, nothing more is done and `fail` is called. */
  constructor (work: (frame: ResumeFrame) => Promise<void>, fail: (error: unknown) => void) {
    this.#work = work
    this.#fail = fail
  }

  /** Whether a frame came after which no more are to be waited for. */
  get complete (): boolean { return this.#frames.some(frame => frame.more !== true) }

  /** Takes a frame; false where too many wait. */
  push (frame: ResumeFrame): boolean {
    if (this.#frames.length > MAX_WAITING) return false
    this.#frames.push(frame)
    return true
  }

  /** The producers that are named by frames which are not done. */
  named (): Set<number> {
    return new Set(this.#frames.flatMap(({ positions }) => positions.map(position => position.producer_id)))
  }

  /** Does what waits, if it isn't being done. */
  run (): void {
    const [frame] = this.#frames
    if (this.#running || frame === undefined) return
    this.#running = true
    this.#work(frame).then(() => {
      this.#running = false
      this.#frames.shift()
      this.run()
    }, this.#fail)
  }

  clear (): void { this.#frames = [] }
}
