import type { Source } from '../config/config.js'
import type { Logger } from '../log/logger.js'
import type { PayloadTree } from '../pipeline/payload-tree.js'
import { monotonicMs } from '@motience/client/time'
import { startTicker } from '../runtime/ticker.js'
import { createSourceReader } from './source-reader.js'

/** The status of a source. */
export interface SourceState {
  name: string
  type: Source['type']
  /** Null before the first reading. */
  ok: boolean | null
  /** Milliseconds since 1970 of the last value. */
  lastAt: number | null
  lastError: string | null
  failures: number
}

export interface RunningSources {
  states (): SourceState[]
  stop (): void
}

export interface SourcesDependencies {
  logger: Logger
  /** Creates the pipeline for one source's readings. */
  pipe: () => (payload: PayloadTree, time: number, mono: number) => void
}

/**
 * Reads each source at its own interval, independently of the others. A source is never read twice at the same time, so
 * a hanging one costs one pending read at most.
 */
export const createSources = (sources: readonly Source[], { logger, pipe }: SourcesDependencies): RunningSources => {
  const started = sources.map(source => {
    const state: SourceState = {
      name: source.name,
      type: source.type,
      ok: null,
      lastAt: null,
      lastError: null,
      failures: 0
    }
    const reader = createSourceReader(source)
    const push = pipe()
    const stop = new AbortController()
    let reading = false

    const read = async () => {
      if (reading) return
      reading = true
      const time = Date.now()
      const mono = monotonicMs()
      const timeout = AbortSignal.timeout(source.timeoutMs)
      try {
        const value = await reader.read(AbortSignal.any([stop.signal, timeout]))
        if (stop.signal.aborted) return
        if (state.ok === false) logger.info('Source recovered', { source: source.name, failures: state.failures })
        Object.assign(state, { ok: true, lastAt: time, lastError: null, failures: 0 })
        push({ [source.name]: value }, time, mono)
      } catch (error) {
        if (stop.signal.aborted) return
        const reason = timeout.aborted ? `Timed out after ${source.timeoutMs} ms` : (error as Error).message
        if (state.ok !== false) logger.warn('Source failed', { source: source.name, reason })
        Object.assign(state, { ok: false, lastError: reason, failures: state.failures + 1 })
      } finally {
        reading = false
      }
    }

    const ticker = startTicker(source.everyMs, monotonicMs, () => { read().catch(() => {}) })
    return {
      state,
      stop: () => {
        ticker.stop()
        stop.abort()
        reader.stop()
      }
    }
  })
  return {
    states: () => started.map(({ state }) => ({ ...state })),
    stop: () => { for (const source of started) source.stop() }
  }
}
