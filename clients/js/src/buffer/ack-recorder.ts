import type { BufferState } from './buffer-state.js'

/** Periodically writes acks to the log. Acks lost in a crash cause resends, which the platform detects as repeats. */
export interface AckRecorder {
  /** `readings` more were acked. */
  acked (readings: number): void
  /** Writes pending acks. */
  flush (): void
}

/** Acks are written after this delay, or this number of readings. */
const DELAY_MS = 5000
const MAX_UNWRITTEN = 1000

export const createAckRecorder = (
  { acked, unrecordedAcks }: Pick<BufferState, 'acked' | 'unrecordedAcks'>,
  writeAcks: (acked: Record<string, number>) => void
): AckRecorder => {
  let unwritten = 0
  let timer: NodeJS.Timeout | null = null

  const flush = () => {
    if (timer !== null) clearTimeout(timer)
    timer = null
    unwritten = 0
    const changed = [...unrecordedAcks]
      .filter(session => acked.has(session))
      .map(session => [session, acked.get(session)!] as const)
    unrecordedAcks.clear()
    if (changed.length > 0) writeAcks(Object.fromEntries(changed))
  }

  return {
    acked: readings => {
      unwritten += readings
      if (unwritten >= MAX_UNWRITTEN) flush()
      else timer ??= setTimeout(flush, DELAY_MS).unref()
    },
    flush
  }
}
