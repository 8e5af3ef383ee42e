import { comparePositions, type LogPosition, type PositionStore } from '@motience/client/consumer'
import type { Envelope, Position } from '@motience/schemas'
import { answered } from '../session/answer.js'
import type { Platform } from '../session/platform.js'

const LOOK_BACK_MS = 5 * 60_000
const PAGE_LIMIT = 1000
/** Producers that are read at the same time. */
const AT_ONCE = 3

/** Before the first message of any log: the place of who has seen nothing, of a producer that has sent nothing. */
const BEGINNING: LogPosition = { epoch: 0, offset: 0 }

interface Latest { envelopes: Envelope[], place: LogPosition | null }

/**
 * The last minutes of one producer from history, oldest first, or the last message before them; and the place where
 * that ends. Nothing, and no place, where it can't be read.
 */
const readLatest = async ({ dsm }: Platform, producerId: number): Promise<Latest> => {
  const read = async (query: { from?: string, limit: number }): Promise<Envelope[]> => {
    const page = await answered(
      dsm.GET('/api/data/{producerId}', { params: { path: { producerId }, query: { ...query, order: 'desc' } } })
    )
    return page.items.toSorted(comparePositions)
  }
  try {
    const minutes = await read({ from: new Date(Date.now() - LOOK_BACK_MS).toISOString(), limit: PAGE_LIMIT })
    const envelopes = minutes.length > 0 ? minutes : await read({ limit: 1 })
    return { envelopes, place: envelopes.at(-1) ?? BEGINNING }
  } catch {
    // Live data goes on without it, and the history view tells what is wrong.
    return { envelopes: [], place: null }
  }
}

/**
 * What the charts begin with after a reload: the last minutes of each producer. Resolves with where each of them ends,
 * so that the live stream is taken up from there without a hole.
 */
export const backfill = async (
  platform: Platform,
  producerIds: readonly number[],
  take: (envelope: Envelope) => void
): Promise<Position[]> => {
  const waiting = [...producerIds]
  const positions: Position[] = []
  const work = async (): Promise<void> => {
    for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
      const { envelopes, place } = await readLatest(platform, id)
      for (const envelope of envelopes) take(envelope)
      if (place !== null) positions.push({ producer_id: id, epoch: place.epoch, offset: place.offset })
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return positions
}

/** A store that begins with these positions, over the ones it has kept; a beginning only where it has kept none. */
export const startingWith = (positions: readonly Position[], store: PositionStore): PositionStore => ({
  load: async () => {
    const byProducer = new Map((await store.load()).map(position => [position.producer_id, position]))
    for (const position of positions) {
      if (position.epoch > 0 || !byProducer.has(position.producer_id)) byProducer.set(position.producer_id, position)
    }
    return [...byProducer.values()]
  },
  save: kept => store.save(kept)
})
