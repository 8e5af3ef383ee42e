import type { LogPosition } from '@motience/schemas'
import type { Broker } from '@motience/broker'
import type { Database } from '@motience/kit'
import type { Completion } from '../storage/completion.js'
import { findPositions } from '../storage/messages.js'
import type { MessageName } from '../storage/stored-message.js'
import { storedFromLog } from './envelope.js'

const LOG_PAGE = 1_000

/** Finds the original positions of one producer's repeats, in their order; null for a message that is not stored. */
export type FindRepeats = (producerId: number, names: readonly MessageName[]) => Promise<(LogPosition | null)[]>

/**
 * Finds repeats in PostgreSQL. A message that is not there, if it was accepted at all, is still only in the broker's
 * log: the history is completed first, so that every position found is of a stored message.
 */
export const findStoredRepeats = ({ sql }: Database, broker: Broker, completion: Completion): FindRepeats =>
  async (producerId, names) => {
    const positions = await findPositions(sql, producerId, names)
    if (!positions.includes(null)) return positions
    const [head] = await broker.heads([producerId])
    await completion.complete(producerId, head!)
    return findPositions(sql, producerId, names)
  }

/** Finds repeats in the broker's log alone, for a platform without persistence. */
export const findLoggedRepeats = (broker: Broker): FindRepeats =>
  async (producerId, names) => {
    const positions = new Array<LogPosition | null>(names.length).fill(null)
    const [head] = await broker.heads([producerId])
    let after: LogPosition = { epoch: head!.epoch, offset: 0 }
    for (;;) {
      const { entries, more } = await broker.readLog(producerId, after, LOG_PAGE)
      for (const entry of entries) {
        const { deviceId, session, seq } = storedFromLog(producerId, entry)
        const index = names.findIndex(
          name => name.session === session && name.seq === seq && name.deviceId === deviceId
        )
        if (index >= 0) positions[index] ??= { epoch: entry.epoch, offset: entry.offset }
      }
      if (!more || !positions.includes(null)) return positions
      after = { epoch: head!.epoch, offset: entries.at(-1)!.offset }
    }
  }
