import type { ResumeFrame } from '@motience/schemas'

/** Maximum number of `resume` frames of one connection that wait, besides the one in progress. */
const MAX_WAITING = 16

/** The `resume` frames of one connection, handled one at a time. */
export class ResumeQueue {
  readonly #handle: (frame: ResumeFrame) => Promise<void>
  readonly #fail: (error: unknown) => void
  /** While `#running`, the first frame is in progress. */
  #frames: ResumeFrame[] = []
  #running = false

  /** `handle` handles one frame; if it rejects, `fail` is called and the queue stops. */
  constructor (handle: (frame: ResumeFrame) => Promise<void>, fail: (error: unknown) => void) {
    this.#handle = handle
    this.#fail = fail
  }

  /** Whether one of the frames announces that no more will follow. */
  get complete (): boolean { return this.#frames.some(frame => frame.more !== true) }

  /** Appends a frame; returns false if the queue is full. */
  push (frame: ResumeFrame): boolean {
    if (this.#frames.length > MAX_WAITING) return false
    this.#frames.push(frame)
    return true
  }

  /** Producers named by the frames that have not been handled completely. */
  producerIds (): Set<number> {
    return new Set(this.#frames.flatMap(({ positions }) => positions.map(position => position.producer_id)))
  }

  /** Handles the frames, unless it is doing so already. */
  run (): void {
    const [frame] = this.#frames
    if (this.#running || frame === undefined) return
    this.#running = true
    this.#handle(frame).then(() => {
      this.#running = false
      this.#frames.shift()
      this.run()
    }, this.#fail)
  }

  clear (): void { this.#frames = [] }
}
