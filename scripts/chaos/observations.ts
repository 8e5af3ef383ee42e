import type { Envelope } from '@motience/schemas'
import type { Account } from '../fleet/accounts.js'
import type { AccessWindow, Reader } from './ledger.js'

/** Places of one producer's log, to see that none names two messages. */
export type Places = Map<string, number>

/** What is told of a place that names two messages. */
export type Clash = { producer: string, place: string, numbers: [number, number] }

/** What one consumer sees of every producer, written down as it comes. */
export interface Observations {
  readonly readers: ReadonlyMap<number, Reader>
  /** When it had no connection. */
  readonly away: AccessWindow[]
  /** The times between two messages that arrived, milliseconds. */
  readonly stillness: number[]
  message (envelope: Envelope): void
  connected (): void
  disconnected (): void
}

/** `places` is shared by all consumers, `clashes` gets what must never be. */
export const observe = (
  { username }: Account,
  producers: ReadonlyMap<number, string>,
  places: Places,
  clashes: Clash[]
): Observations => {
  const readers = new Map<number, Reader>(
    [...producers].map(([id, producer]) => [
      id,
      { consumer: username, producer, numbers: [], granted: [] as AccessWindow[], revoked: [] as AccessWindow[] }
    ])
  )
  const away: AccessWindow[] = [{ from: 0, to: Infinity }]
  const stillness: number[] = []
  let lastAt = performance.now()
  return {
    readers,
    away,
    stillness,
    message: envelope => {
      const { number } = envelope.payload as { number: number }
      const reader = readers.get(envelope.producer_id)
      if (reader === undefined) return
      reader.numbers.push(number)
      const place = `${envelope.producer_id}:${envelope.epoch}:${envelope.offset}`
      const known = places.get(place)
      if (known === undefined) places.set(place, number)
      else if (known !== number) clashes.push({ producer: reader.producer, place, numbers: [known, number] })
      const at = performance.now()
      stillness.push(at - lastAt)
      lastAt = at
    },
    connected: () => { away.at(-1)!.to = Math.min(away.at(-1)!.to, performance.now()) },
    disconnected: () => { away.push({ from: performance.now(), to: Infinity }) }
  }
}
