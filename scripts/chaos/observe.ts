import type { Envelope } from '@motience/schemas'
import type { Account } from '../fleet/accounts.js'
import type { AccessWindow, Reader } from './ledger.js'

/** The message number at each position, to detect positions with two messages. */
export type PositionNumbers = Map<string, number>

/** A position with two messages. */
export type Clash = { producer: string, position: string, numbers: [number, number] }

/** What a consumer receives from every producer. */
export interface Observations {
  readonly readers: ReadonlyMap<number, Reader>
  /** Periods without a connection. */
  readonly outages: AccessWindow[]
  /** Intervals between messages, in milliseconds. */
  readonly intervals: number[]
  message (envelope: Envelope): void
  connected (): void
  disconnected (): void
}

/** Records what a consumer receives; `positions` and `clashes` are shared by all consumers. */
export const observe = (
  { username }: Account,
  producers: ReadonlyMap<number, string>,
  positions: PositionNumbers,
  clashes: Clash[]
): Observations => {
  const readers = new Map<number, Reader>(
    [...producers].map(([id, producer]) => [
      id,
      { consumer: username, producer, numbers: [], granted: [] as AccessWindow[], revoked: [] as AccessWindow[] }
    ])
  )
  const outages: AccessWindow[] = [{ from: 0, to: Infinity }]
  const intervals: number[] = []
  let lastAt = performance.now()
  return {
    readers,
    outages,
    intervals,
    message: envelope => {
      const { number } = envelope.payload as { number: number }
      const reader = readers.get(envelope.producer_id)
      if (reader === undefined) return
      reader.numbers.push(number)
      const position = `${envelope.producer_id}:${envelope.epoch}:${envelope.offset}`
      const known = positions.get(position)
      if (known === undefined) positions.set(position, number)
      else if (known !== number) clashes.push({ producer: reader.producer, position, numbers: [known, number] })
      const at = performance.now()
      intervals.push(at - lastAt)
      lastAt = at
    },
    connected: () => { outages.at(-1)!.to = Math.min(outages.at(-1)!.to, performance.now()) },
    disconnected: () => { outages.push({ from: performance.now(), to: Infinity }) }
  }
}
