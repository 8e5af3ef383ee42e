import type { Knowledge } from './knowledge.js'

/** Writes down now and then what was acked. What a crash forgets of it is sent again, and known as a repeat. */
export interface AckNotes {
  /** So many readings more were acked. */
  acked (readings: number): void
  /** Writes down what is not written yet. */
  flush (): void
}

/** Acks are written down after so long, or so many. */
const DELAY_MS = 5000
const MAX_UNWRITTEN = 1000

export const createAckNotes = (
  { acked, unnoted }: Pick<Knowledge, 'acked' | 'unnoted'>,
  note: (acked: Record<string, number>) => void
): AckNotes => {
  let unwritten = 0
  let timer: NodeJS.Timeout | null = null

  const flush = () => {
    if (timer !== null) clearTimeout(timer)
    timer = null
    unwritten = 0
    const news = [...unnoted]
      .filter(session => acked.has(session))
      .map(session => [session, acked.get(session)!] as const)
    unnoted.clear()
    if (news.length > 0) note(Object.fromEntries(news))
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
