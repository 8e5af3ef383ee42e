import { comparePositions, type LogPosition, type PositionStore } from '@motience/client/consumer'
import type { Envelope, Position } from '@motience/schemas'
import { unwrap } from '../session/api-error.js'
import type { Platform } from '../session/platform.js'

const LOOK_BACK_MS = 5 * 60_000
const PAGE_LIMIT = 1000
/** Number of producers loaded in parallel. */
const CONCURRENCY = 3

/** The position before the first message of any log, for producers that have not sent anything. */
const BEGINNING: LogPosition = { epoch: 0, offset: 0 }

interface Latest { envelopes: Envelope[], position: LogPosition | null }

/**
 * The last minutes of a producer's history, oldest first, or its last message if that is older; and the position of the
 * end. Empty and without a position if history can't be read.
 */
const readLatest = async ({ dsm }: Platform, producerId: number): Promise<Latest> => {
  const read = async (query: { from?: string, limit: number }): Promise<Envelope[]> => {
    const page = await unwrap(
      dsm.GET('/api/data/{producerId}', { params: { path: { producerId }, query: { ...query, order: 'desc' } } })
    )
    return page.items.toSorted(comparePositions)
  }
  try {
    const minutes = await read({ from: new Date(Date.now() - LOOK_BACK_MS).toISOString(), limit: PAGE_LIMIT })
    const envelopes = minutes.length > 0 ? minutes : await read({ limit: 1 })
    return { envelopes, position: envelopes.at(-1) ?? BEGINNING }
  } catch {
    // Live data does not depend on it, and the history view reports the error.
    return { envelopes: [], position: null }
  }
}

/**
 * Fills the charts with the last minutes of each producer. Resolves to the positions where they end, from which the
 * live stream continues without a gap.
 */
export const backfill = async (
  platform: Platform,
  producerIds: readonly number[],
  onEnvelope: (envelope: Envelope) => void
): Promise<Position[]> => {
  const remaining = [...producerIds]
  const positions: Position[] = []
  const work = async (): Promise<void> => {
    for (let id = remaining.shift(); id !== undefined; id = remaining.shift()) {
      const { envelopes, position } = await readLatest(platform, id)
      for (const envelope of envelopes) onEnvelope(envelope)
      if (position !== null) positions.push({ producer_id: id, epoch: position.epoch, offset: position.offset })
    }
  }
  await Promise.all(Array.from({ length: CONCURRENCY }, work))
  return positions
}

/** A store that starts at these positions instead of the stored ones; `BEGINNING` only applies where none is stored. */
export const startingWith = (positions: readonly Position[], store: PositionStore): PositionStore => ({
  load: async () => {
    const byProducer = new Map((await store.load()).map(position => [position.producer_id, position]))
    for (const position of positions) {
      if (position.epoch > 0 || !byProducer.has(position.producer_id)) byProducer.set(position.producer_id, position)
    }
    return [...byProducer.values()]
  },
  save: positions => store.save(positions)
})
