import { laterPosition, type LogPosition } from '@motience/schemas'
import type { Broker } from '@motience/broker'
import { ProblemError, type Database, type Identity, type Logger } from '@motience/kit'
import type { Completion } from '../storage/completion.js'
import { newestPosition } from '../storage/messages.js'
import type { SubscriptionSource } from '../subscriber-list.js'
import { createFirstVisible } from './first-visible.js'

/** Collaborators of `createAccess`. */
export interface AccessDependencies {
  database: Database
  broker: Broker
  completion: Completion
  source: SubscriptionSource
  persist: boolean
  logger: Logger
}

/** What one caller may read of a producer's history now. */
export interface Access {
  /** The position after which there are visible messages. */
  after: LogPosition
  /** The last position that may be read: messages accepted after the request are not visible. */
  upTo: LogPosition
  /** Minimum subscriber list version of the visible messages; 0 for all. */
  minVersion: number
  /** Whether every offset up to `upTo` is stored or known to be missing. */
  settled: boolean
}

/** Determines what a caller may read. Rejects with MOT_FORBIDDEN, MOT_DSM_NOT_SUBSCRIBED or MOT_UNAVAILABLE. */
export type OpenAccess = (identity: Identity, producerId: number) => Promise<Access>

/**
 * The producer itself, administrators and services read everything; a consumer reads what was accepted since it became
 * an active subscriber, according to SM at each request. The end of the log is read before SM is queried: a consumer
 * that SM calls active then was active for everything up to there, and a later revocation only precedes later messages.
 */
export const createAccess = ({
  database,
  broker,
  completion,
  source,
  persist,
  logger
}: AccessDependencies): OpenAccess => {
  const firstVisible = createFirstVisible(database)

  const minVersionFor = async (identity: Identity, producerId: number): Promise<number> => {
    const { role, userId } = identity
    if (role === 'admin' || role === 'service' || (role === 'producer' && userId === producerId)) return 0
    if (role !== 'consumer') throw new ProblemError('MOT_FORBIDDEN', 'This history belongs to another producer')
    const version = await source.activatedVersion(userId, producerId)
    if (version === null) throw new ProblemError('MOT_DSM_NOT_SUBSCRIBED')
    return version
  }

  /** The broker's head, or null if it can't be reached: the history is readable without it. */
  const logEnd = async (producerId: number): Promise<LogPosition | null> => {
    try {
      const [head] = await broker.heads([producerId])
      return { epoch: head!.epoch, offset: head!.offset }
    } catch (error) {
      logger.warn({ err: error, producer_id: producerId }, 'Broker unavailable, reading the history without it')
      return null
    }
  }

  const completeUpTo = async (producerId: number, upTo: LogPosition): Promise<boolean> => {
    if (!persist) return upTo.offset === 0 && upTo.epoch === 0
    try {
      await completion.complete(producerId, upTo)
      return true
    } catch (error) {
      logger.warn({ err: error, producer_id: producerId }, 'Failed to complete the history, reading it as it is')
      return false
    }
  }

  return async (identity, producerId) => {
    const [head, stored] = await Promise.all([logEnd(producerId), newestPosition(database.sql, producerId)])
    const upTo = head === null ? stored : laterPosition(head, stored)
    const minVersion = await minVersionFor(identity, producerId)
    const settled = (await completeUpTo(producerId, upTo)) && head !== null
    const after = minVersion === 0 ? { epoch: 0, offset: 0 } : await firstVisible(producerId, minVersion, settled)
    return { after, upTo, minVersion, settled }
  }
}
