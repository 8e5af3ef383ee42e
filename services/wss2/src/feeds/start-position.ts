import type { LogPosition } from '@motience/schemas'
import type { Broker } from '@motience/broker'
import type { Grant, GrantReader } from '../grants/grant-reader.js'

/** Entries of the first look back; each further one looks eight times as far. */
const FIRST_LOOK = 32
const LOOK_GROWS = 8
const LONGEST_LOOK = 4096

/** Where a consumer's view of a producer begins, and by which grant. */
export interface StartPosition { position: LogPosition, grant: Grant }

/**
 * Finds the position behind which the first message stands that was accepted since the subscription became active, so
 * that exactly this one comes first, however long ago that was. Asks SM where the broker knows of a newer version of
 * the subscriber list than `grant`, or there is none; null where the subscription is not active any more. Rejects where
 * broker or SM don't answer.
 */
export const findStartPosition = async (
  broker: Broker, grants: Pick<GrantReader, 'one'>, consumerId: number, producerId: number, known: Grant | null
): Promise<StartPosition | null> => {
  const [head] = await broker.heads([producerId])
  let grant = known
  if (grant === null || head!.version > grant.version) grant = await grants.one(consumerId, producerId)
  if (grant === null) return null
  if (head!.version > grant.version) throw new Error('SM does not know the newest subscribers yet')

  let start: LogPosition = { epoch: head!.epoch, offset: head!.offset }
  for (let look = FIRST_LOOK; start.offset > 0; look = Math.min(LONGEST_LOOK, look * LOOK_GROWS)) {
    const after = { epoch: start.epoch, offset: Math.max(0, start.offset - look) }
    const first = await firstVisible(broker, producerId, after, start, grant)
    if (first === null) break
    start = { epoch: start.epoch, offset: first - 1 }
    // nothing older is left, or an older one was not for this consumer
    if (first > after.offset + 1) break
  }
  return { position: start, grant }
}

/**
 * Offset of the first entry behind `after` and up to `start` that the grant lets its consumer see, over as many pages
 * as it takes.
 */
const firstVisible = async (
  broker: Broker,
  producerId: number,
  after: LogPosition,
  start: LogPosition,
  grant: Grant
): Promise<number | null> => {
  for (let from = after.offset; from < start.offset;) {
    const { entries, more } = await broker.readLog(
      producerId,
      { epoch: after.epoch, offset: from },
      start.offset - from
    )
    const found = entries.find(entry => entry.offset <= start.offset && entry.version >= grant.activatedVersion)
    if (found !== undefined) return found.offset
    if (!more) break
    from = entries.at(-1)!.offset
  }
  return null
}
