import { signal } from '@preact/signals'
import type { Receipt } from './send-queue.js'

/** Number of latencies that the percentiles are computed from. */
const MAX_LATENCIES = 500
const RATE_WINDOW_MS = 5000

/** Percentile of sorted numbers by nearest rank; null if there are none. */
export const percentile = (sorted: readonly number[], share: number): number | null =>
  sorted.length === 0 ? null : sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(sorted.length * share) - 1))]!

/** Statistics of the messages sent since the page was opened. */
export class SendStats {
  readonly acked = signal(0)
  readonly rejected = signal(0)
  /** Acks per second, over the last 5 s. */
  readonly perSecond = signal(0)
  readonly latency = signal<{ p50: number | null, p95: number | null }>({ p50: null, p95: null })
  readonly lastOffset = signal<{ epoch: number, offset: number } | null>(null)
  #acked = 0
  #rejected = 0
  #last: { epoch: number, offset: number } | null = null
  #latencies: number[] = []
  #times: number[] = []

  add (receipt: Receipt): void {
    if (receipt.kind === 'rejected') {
      this.#rejected++
      return
    }
    this.#acked++
    this.#last = { epoch: receipt.epoch, offset: receipt.offset }
    this.#times.push(receipt.at)
    this.#latencies.push(receipt.latencyMs)
    if (this.#latencies.length > MAX_LATENCIES) this.#latencies.shift()
  }

  /** Publishes the statistics. */
  publish (now = Date.now()): void {
    const start = now - RATE_WINDOW_MS
    while (this.#times.length > 0 && this.#times[0]! < start) this.#times.shift()
    this.perSecond.value = this.#times.length / (RATE_WINDOW_MS / 1000)
    this.rejected.value = this.#rejected
    if (this.acked.peek() === this.#acked) return
    this.acked.value = this.#acked
    this.lastOffset.value = this.#last
    const sorted = this.#latencies.toSorted((a, b) => a - b)
    this.latency.value = { p50: percentile(sorted, 0.5), p95: percentile(sorted, 0.95) }
  }
}
