import { signal } from '@preact/signals'
import type { ChartMarker } from '../charts/live-chart.js'

/** An event of a producer's stream, as text and as a marker in its charts. */
export interface StreamEvent extends ChartMarker {
  id: number
  producerId: number | null
  text: string
}

const MAX_EVENTS = 200

/** Events of all streams: gaps, replays, granted and revoked access. */
export class StreamEvents {
  readonly list = signal<readonly StreamEvent[]>([])
  #next = 1
  #markers = new Map<number, ChartMarker[]>()

  /** `producerId` is null for events of all producers. */
  add (producerId: number | null, time: number, tone: ChartMarker['tone'], text: string): void {
    const event = { id: this.#next++, producerId, time, tone, text }
    this.list.value = [event, ...this.list.peek()].slice(0, MAX_EVENTS)
    this.#markers.clear()
  }

  /** The markers in a producer's charts. */
  markers (producerId: number): readonly ChartMarker[] {
    let markers = this.#markers.get(producerId)
    if (markers === undefined) {
      markers = this.list.peek().filter(event => event.producerId === producerId || event.producerId === null)
      this.#markers.set(producerId, markers)
    }
    return markers
  }
}
