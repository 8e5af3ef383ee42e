import type { LogPosition } from '@motience/schemas/protocol'
import type { Envelope } from '@motience/schemas'
import type { BackoffOptions } from '../session/backoff.js'
import { readHistory, type HistoryFetch } from './history.js'
import type { HistoryReport, TokenSource } from './types.js'

/** Maximum number of producers whose history is read at the same time. */
const CONCURRENCY = 3

export interface HistoryBackfillDependencies {
  tokens: TokenSource
  fetch: HistoryFetch
  signal: AbortSignal
  /** Resolves once the application can take another page. */
  writable: () => Promise<void>
  backoff?: BackoffOptions
}

/** Reads messages that the log has dropped from history, for a few producers at a time. */
export class HistoryBackfill {
  readonly #queues: Promise<unknown>[] = Array.from({ length: CONCURRENCY }, () => Promise.resolve())
  #next = 0

  constructor (private readonly dependencies: HistoryBackfillDependencies) {}

  /** Delivers the messages between two positions. Resolves with a report; never rejects. */
  run (
    dsmUrl: string,
    producerId: number,
    after: LogPosition,
    before: LogPosition,
    deliver: (envelope: Envelope) => void
  ): Promise<HistoryReport> {
    const queue = this.#next++ % CONCURRENCY
    const report = this.#queues[queue]!.then(() => this.#read(dsmUrl, producerId, after, before, deliver))
    this.#queues[queue] = report
    return report
  }

  async #read (
    dsmUrl: string,
    producerId: number,
    after: LogPosition,
    before: LogPosition,
    deliver: (envelope: Envelope) => void
  ): Promise<HistoryReport> {
    const { tokens, fetch, signal, writable, backoff } = this.dependencies
    const report: HistoryReport = {
      producer_id: producerId,
      after,
      before: { epoch: before.epoch, offset: before.offset },
      messages: 0,
      complete: false,
      error: null
    }
    try {
      const { complete } = await readHistory({
        dsmUrl,
        producerId,
        after,
        before,
        fetch,
        signal,
        ...backoff === undefined ? {} : { backoff },
        token: async () => (await tokens.get()).token,
        refused: token => { tokens.invalidate(token) },
        onPage: async envelopes => {
          for (const envelope of envelopes) deliver(envelope)
          report.messages += envelopes.length
          await writable()
        }
      })
      report.complete = complete
    } catch (error) {
      report.error = error as Error
    }
    return report
  }
}
