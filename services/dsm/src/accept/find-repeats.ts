import type { LogPosition } from '@motience/schemas'
import type { Broker } from '@motience/broker'
import type { Database } from '@motience/kit'
import type { Completion } from '../storage/completion.js'
import { findPlaces } from '../storage/messages.js'
import type { MessageName } from '../storage/stored-message.js'
import { storedFromLog } from './envelope.js'

const LOG_PAGE = 1_000

/** Finds the first places of one producer's repeats, in their order; null for one that is not kept anywhere. */
export type FindRepeats = (producerId: number, names: readonly MessageName[]) => Promise<(LogPosition | null)[]>

/**
 * Finds repeats in PostgreSQL. One that is not there was accepted and not stored yet, if it was accepted at all: it is
 * stored from the broker's log first, so that what is found is kept.
 */
export const findStoredRepeats = ({ sql }: Database, broker: Broker, completion: Completion): FindRepeats =>
  async (producerId, names) => {
    const places = await findPlaces(sql, producerId, names)
    if (!places.includes(null)) return places
    const [head] = await broker.heads([producerId])
    await completion.complete(producerId, head!)
    return findPlaces(sql, producerId, names)
  }

/** Finds repeats in the broker's log alone, for a platform that keeps nothing in PostgreSQL. */
export const findLoggedRepeats = (broker: Broker): FindRepeats =>
  async (producerId, names) => {
    const places = new Array<LogPosition | null>(names.length).fill(null)
    const [head] = await broker.heads([producerId])
    let after: LogPosition = { epoch: head!.epoch, offset: 0 }
    for (;;) {
      const { entries, more } = await broker.readLog(producerId, after, LOG_PAGE)
      for (const entry of entries) {
        const { deviceId, session, seq } = storedFromLog(producerId, entry)
        const index = names.findIndex(
          name => name.session === session && name.seq === seq && name.deviceId === deviceId
        )
        if (index >= 0) places[index] ??= { epoch: entry.epoch, offset: entry.offset }
      }
      if (!more || !places.includes(null)) return places
      after = { epoch: head!.epoch, offset: entries.at(-1)!.offset }
    }
  }
