import { comparePlaces, type PositionStore } from '@motience/agent/consumer'
import type { Envelope, Position } from '@motience/schemas'
import { answered } from '../session/answer.js'
import type { Platform } from '../session/platform.js'

const LOOK_BACK_MS = 5 * 60_000
const PAGE_LIMIT = 1000
/** Producers that are read at the same time. */
const AT_ONCE = 3

/** The last minutes of one producer from history, oldest first; none where it can't be read. */
const readLatest = async ({ dsm }: Platform, producerId: number): Promise<Envelope[]> => {
  const query = { from: new Date(Date.now() - LOOK_BACK_MS).toISOString(), order: 'desc' as const, limit: PAGE_LIMIT }
  try {
    const page = await answered(dsm.GET('/api/data/{producerId}', { params: { path: { producerId }, query } }))
    return page.items.toSorted(comparePlaces)
  } catch {
    // Live data goes on without it, and the history view tells what is wrong.
    return []
  }
}

/**
 * What the charts begin with after a reload: the last minutes of each producer. Resolves with where each of them ends,
 * so that the live stream is taken up from there without a hole.
 */
export const backfill = async (platform: Platform, producerIds: readonly number[], take: (envelope: Envelope) => void): Promise<Position[]> => {
  const waiting = [...producerIds]
  const positions: Position[] = []
  const work = async (): Promise<void> => {
    for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
      const envelopes = await readLatest(platform, id)
      for (const envelope of envelopes) take(envelope)
      const last = envelopes.at(-1)
      if (last !== undefined) positions.push({ producer_id: id, epoch: last.epoch, offset: last.offset })
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return positions
}

/** A store that begins with these positions, over the ones it has kept. */
export const startingWith = (positions: readonly Position[], store: PositionStore): PositionStore => ({
  load: async () => {
    const byProducer = new Map((await store.load()).map(position => [position.producer_id, position]))
    for (const position of positions) byProducer.set(position.producer_id, position)
    return [...byProducer.values()]
  },
  save: kept => store.save(kept)
})
