import { laterPosition, type LogPosition } from '@motience/schemas'
import type { Broker } from '@motience/broker'
import { ProblemError, type Database, type Identity, type Logger } from '@motience/kit'
import type { Completion } from '../storage/completion.js'
import { newestPosition } from '../storage/messages.js'
import type { SubscriptionSource } from '../subscriber-list.js'
import { createFirstVisible } from './first-visible.js'

/** What opening a history needs. */
export interface AccessOptions {
  database: Database
  broker: Broker
  completion: Completion
  source: SubscriptionSource
  persist: boolean
  logger: Logger
}

/** What one caller may read of a producer now. */
export interface Access {
  /** The place after which there is something to be seen. */
  after: LogPosition
  /** The last place that may be read: nothing accepted after the question is seen. */
  upTo: LogPosition
  /** Least version of the messages that may be seen; 0 for all. */
  minVersion: number
  /** Whether every offset up to `upTo` is stored or known to be absent. */
  settled: boolean
}

/** Finds out what a caller may read. Rejects with MOT_FORBIDDEN, MOT_DSM_NOT_SUBSCRIBED or MOT_UNAVAILABLE. */
export type OpenAccess = (identity: Identity, producerId: number) => Promise<Access>

/**
 * The producer itself, administrators and services read everything; a consumer what was accepted since it became an
 * active subscriber, as SM says each time. Where the log ends is read before SM is asked: whoever SM calls active was
 * so when all up to there was accepted, and what is accepted after a revocation comes later in the log.
 */
export const createAccess = ({ database, broker, completion, source, persist, logger }: AccessOptions): OpenAccess => {
  const firstVisible = createFirstVisible(database)

  const leastVersion = async (identity: Identity, producerId: number): Promise<number> => {
    const { role, userId } = identity
    if (role === 'admin' || role === 'service' || (role === 'producer' && userId === producerId)) return 0
    if (role !== 'consumer') throw new ProblemError('MOT_FORBIDDEN', 'This is another producer\'s history')
    const version = await source.activatedVersion(userId, producerId)
    if (version === null) throw new ProblemError('MOT_DSM_NOT_SUBSCRIBED')
    return version
  }

  /** The broker's head, or null where it can't be reached: history is read without it. */
  const logEnd = async (producerId: number): Promise<LogPosition | null> => {
    try {
      const [head] = await broker.heads([producerId])
      return { epoch: head!.epoch, offset: head!.offset }
    } catch (error) {
      logger.warn({ err: error, producer_id: producerId }, 'Read a history without the broker')
      return null
    }
  }

  const settle = async (producerId: number, upTo: LogPosition): Promise<boolean> => {
    if (!persist) return upTo.offset === 0 && upTo.epoch === 0
    try {
      await completion.complete(producerId, upTo)
      return true
    } catch (error) {
      logger.warn({ err: error, producer_id: producerId }, 'Read a history that could not be completed')
      return false
    }
  }

  return async (identity, producerId) => {
    const [head, stored] = await Promise.all([logEnd(producerId), newestPosition(database.sql, producerId)])
    const upTo = head === null ? stored : laterPosition(head, stored)
    const minVersion = await leastVersion(identity, producerId)
    const settled = await settle(producerId, upTo) && head !== null
    const after = minVersion === 0 ? { epoch: 0, offset: 0 } : await firstVisible(producerId, minVersion, settled)
    return { after, upTo, minVersion, settled }
  }
}
