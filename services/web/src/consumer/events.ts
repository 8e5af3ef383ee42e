import { signal } from '@preact/signals'
import type { ChartMark } from '../charts/live-chart.js'

/** Something that happened to a producer's stream, in words, and where in time. */
export interface StreamEvent extends ChartMark {
  id: number
  producerId: number | null
  text: string
}

const MAX_EVENTS = 200

/** What happened to the streams: gaps, resumes, grants that came and went. */
export class StreamEvents {
  readonly list = signal<readonly StreamEvent[]>([])
  #next = 1
  #marks = new Map<number, ChartMark[]>()

  /** `producerId` is null for what happened to all of them. */
  add (producerId: number | null, time: number, tone: ChartMark['tone'], text: string): void {
    const event = { id: this.#next++, producerId, time, tone, text }
    this.list.value = [event, ...this.list.peek()].slice(0, MAX_EVENTS)
    this.#marks.clear()
  }

  /** The marks of one producer's charts. */
  marks (producerId: number): readonly ChartMark[] {
    let marks = this.#marks.get(producerId)
    if (marks === undefined) {
      marks = this.list.peek().filter(event => event.producerId === producerId || event.producerId === null)
      this.#marks.set(producerId, marks)
    }
    return marks
  }
}
