import type { Broker } from '@motience/broker'
import type { LogPosition } from '@motience/schemas'
import type { Grant, GrantReader } from '../grants/grant-reader.js'

/** Entries searched first, counted back from the head; each further step goes back eight times as many. */
const FIRST_STEP = 32
const STEP_FACTOR = 8
const MAX_STEP = 4096

/** The position after which a consumer's view of a producer begins, and the grant that decided it. */
export interface StartPosition { position: LogPosition, grant: Grant }

/**
 * Finds the position directly before the first message that was accepted since the subscription became active, however
 * long ago that was. Asks SM if there is no grant, or the broker knows a newer subscriber list version than the
 * grant's; null if the subscription is not active. Rejects if the broker or SM is unavailable.
 */
export const findStartPosition = async (
  broker: Broker, grants: Pick<GrantReader, 'one'>, consumerId: number, producerId: number, known: Grant | null
): Promise<StartPosition | null> => {
  const [head] = await broker.heads([producerId])
  let grant = known
  if (grant === null || head!.version > grant.version) grant = await grants.one(consumerId, producerId)
  if (grant === null) return null
  if (head!.version > grant.version) throw new Error('SM does not have the latest subscriber list yet')

  let start: LogPosition = { epoch: head!.epoch, offset: head!.offset }
  for (let step = FIRST_STEP; start.offset > 0; step = Math.min(MAX_STEP, step * STEP_FACTOR)) {
    const after = { epoch: start.epoch, offset: Math.max(0, start.offset - step) }
    const first = await firstVisible(broker, producerId, after, start, grant)
    if (first === null) break
    start = { epoch: start.epoch, offset: first - 1 }
    // older entries are trimmed, or not visible to this consumer
    if (first > after.offset + 1) break
  }
  return { position: start, grant }
}

/** Offset of the first entry after `after` and up to `start` that the grant covers, reading as many pages as needed. */
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
