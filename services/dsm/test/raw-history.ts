import type { Database } from '@motience/kit'

/** One message whose payload is given as text. */
export interface RawMessage {
  /** Milliseconds since 1970, and the nanoseconds beyond. */
  at: number
  ns?: number
  device?: string
  payload: string
}

/** Most messages of one statement. */
const PART = 1_000

/** Fills a producer's history with messages 1, 2, 3… of epoch 1, to the letter of their payloads. */
export const fillRaw = async (
  { sql }: Database,
  producerId: number,
  messages: readonly RawMessage[]
): Promise<void> => {
  await sql`INSERT INTO dsm.epochs (producer_id, epoch, checked_to) VALUES (${producerId}, 1, ${messages.length})`
  for (let from = 0; from < messages.length; from += PART) {
    const rows = messages.slice(from, from + PART).map(({ at, ns = 0, device = '', payload }, n) => ({
      producer_id: producerId,
      epoch: 1,
      offset: from + n + 1,
      received_at: new Date(),
      at_ms: at,
      at_ns: ns,
      version: 0,
      device_id: device,
      tail: ',"id":null,"session":null,"seq":null,"timestamp":"2026-01-01T00:00:00.000Z",' +
        `"received_at":"2026-01-01T00:00:00.000Z","payload":${payload}}`
    }))
    await sql`INSERT INTO dsm.messages ${sql(rows)}`
  }
}

/** Numbers from 0 to less than 1 that are the same in each run. */
export const randomFrom = (seed: number): () => number => () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647
