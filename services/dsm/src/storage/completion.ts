import type { LogPosition } from '@motience/schemas'
import type { Broker, LogPage } from '@motience/broker'
import type { Database, Logger } from '@motience/kit'
import { storedFromLog } from '../accept/envelope.js'
import type { DsmMetrics } from '../metrics.js'
import { recordLost } from './missing-ranges.js'
import { isKnownEpoch, lastStored, learnEpochs, newestKnownEpoch, uncheckedEpochs, raiseCheckedTo } from './epochs.js'
import { countStored, missingOffsets } from './messages.js'
import type { StoredMessage } from './stored-message.js'
import type { Writer } from './writer.js'

/** Maximum offsets that one query counts, and maximum entries that one call of the broker reads. */
const STEP = 10_000
const LOG_PAGE = 500

/** Collaborators of completion. */
export interface CompletionDependencies {
  database: Database
  broker: Broker
  writer: Writer
  logger: Logger
  metrics: Pick<DsmMetrics, 'repaired' | 'lost'>
  /** Called with the position up to which every offset is accounted for. */
  onComplete: (producerId: number, upTo: LogPosition) => void
}

/** Completes PostgreSQL's history of a producer from the broker's log. */
export interface Completion {
  /**
   * Accounts for every offset up to `upTo`: afterwards each is stored or recorded as missing. Messages that were
   * accepted and not stored (an instance was killed, a commit timed out) are stored from the log. Idempotent; calls for
   * the same producer run one after the other. Rejects if the database or the broker can't be reached.
   */
  complete (producerId: number, upTo: LogPosition): Promise<void>
}

export const createCompletion = ({
  database: { sql },
  broker,
  writer,
  logger,
  metrics,
  onComplete
}: CompletionDependencies): Completion => {
  const running = new Map<number, Promise<void>>()

  /** Stores the offsets `missing`, ascending, as far as the log has them; returns those that it does not have. */
  const storeFromLog = async (producerId: number, epoch: number, missing: readonly number[]): Promise<number[]> => {
    const wanted = new Set(missing)
    const last = missing.at(-1)!
    let after: LogPosition | null = { epoch, offset: missing[0]! - 1 }
    while (after !== null && after.offset < last) {
      const { entries, more }: LogPage = await broker.readLog(producerId, after, LOG_PAGE)
      const rows: StoredMessage[] = []
      for (const entry of entries) {
        if (wanted.delete(entry.offset)) rows.push(storedFromLog(producerId, entry))
      }
      if (rows.length > 0) {
        await writer.store(rows)
        metrics.repaired.inc(rows.length)
        logger.info({ producer_id: producerId, epoch, messages: rows.length }, 'Stored missing messages from the log')
      }
      after = more ? { epoch, offset: entries.at(-1)!.offset } : null
    }
    return [...wanted]
  }

  const recordLostOffsets = async (producerId: number, epoch: number, offsets: readonly number[]): Promise<void> => {
    let from = offsets[0]!
    for (const [index, offset] of offsets.entries()) {
      if (offsets[index + 1] === offset + 1) continue
      await recordLost(sql, producerId, epoch, from, offset)
      from = offsets[index + 1] ?? offset
    }
    metrics.lost.inc(offsets.length)
    logger.warn(
      { producer_id: producerId, epoch, messages: offsets.length },
      'Lost messages, neither PostgreSQL nor the log has them'
    )
  }

  const checkOffsets = async (producerId: number, epoch: number, checkedTo: number, target: number): Promise<void> => {
    for (let done = checkedTo; done < target;) {
      const to = Math.min(target, done + STEP)
      if (await countStored(sql, producerId, epoch, done + 1, to) < to - done) {
        const missing = await missingOffsets(sql, producerId, epoch, done + 1, to)
        const lost = missing.length === 0 ? [] : await storeFromLog(producerId, epoch, missing)
        if (lost.length > 0) await recordLostOffsets(producerId, epoch, lost)
      }
      await raiseCheckedTo(sql, producerId, epoch, to)
      done = to
    }
  }

  /**
   * Records the broker's epochs that PostgreSQL does not know. There are some only after PostgreSQL was restored from a
   * backup. If the log does not reach back to what PostgreSQL knows, what came between is unknown and counts as lost.
   */
  const learnMissingEpochs = async (producerId: number, epoch: number): Promise<void> => {
    const logged = await broker.loggedEpochs(producerId)
    const known = await newestKnownEpoch(sql, producerId)
    logger.warn(
      { producer_id: producerId, epoch, known_epoch: known },
      'PostgreSQL was restored from a backup, the broker knows later epochs'
    )
    if (logged[0] === undefined || logged[0].epoch > known) {
      const next = await lastStored(sql, producerId, known) + 1
      await recordLost(sql, producerId, known, next, next)
    }
    await learnEpochs(sql, producerId, epoch, logged)
  }

  const run = async (producerId: number, upTo: LogPosition): Promise<void> => {
    let unchecked = await uncheckedEpochs(sql, producerId, upTo.epoch)
    if (upTo.epoch > 0 && unchecked.at(-1)?.epoch !== upTo.epoch && !await isKnownEpoch(sql, producerId, upTo.epoch)) {
      await learnMissingEpochs(producerId, upTo.epoch)
      unchecked = await uncheckedEpochs(sql, producerId, upTo.epoch)
    }
    for (const { epoch, lastOffset, checkedTo } of unchecked) {
      const target = epoch === upTo.epoch ? upTo.offset : lastOffset ?? await lastStored(sql, producerId, epoch)
      await checkOffsets(producerId, epoch, checkedTo, target)
    }
  }

  return {
    async complete (producerId, upTo) {
      const previous = running.get(producerId)
      const current = (previous ?? Promise.resolve()).catch(() => {}).then(() => run(producerId, upTo))
      running.set(producerId, current)
      try {
        await current
        onComplete(producerId, upTo)
      } finally {
        if (running.get(producerId) === current) running.delete(producerId)
      }
    }
  }
}
