import type { LogPosition } from '@motience/schemas'
import type { Broker, LogPage } from '@motience/broker'
import type { Database, Logger } from '@motience/kit'
import { storedFromLog } from '../accept/envelope.js'
import type { DsmMetrics } from '../metrics.js'
import { writeLost } from './missing-ranges.js'
import { isKnownEpoch, lastStored, learnEpochs, newestKnownEpoch, openAccounts, raiseCheckedTo } from './epochs.js'
import { countStored, missingOffsets } from './messages.js'
import type { StoredMessage } from './stored-message.js'
import type { Writer } from './writer.js'

/** Most offsets that one query counts, and most entries that one call of the broker reads. */
const STEP = 10_000
const LOG_PAGE = 500

/** What completion needs. */
export interface CompletionOptions {
  database: Database
  broker: Broker
  writer: Writer
  logger: Logger
  metrics: Pick<DsmMetrics, 'repaired' | 'lost'>
  /** Told up to where everything is accounted for. */
  onComplete: (producerId: number, upTo: LogPosition) => void
}

/** Makes PostgreSQL's history of a producer as complete as the broker's log can. */
export interface Completion {
  /**
   * Accounts for every offset up to `upTo`: afterwards each is stored, or stands among the absences. What was accepted
   * and not stored (an instance was killed, a commit took too long) is stored from the log. Idempotent; calls for
   * one producer follow each other. Rejects where the database or the broker can't be reached.
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
}: CompletionOptions): Completion => {
  const running = new Map<number, Promise<void>>()

  /** Stores from the log what it has of the offsets `missing`, which rise; returns those that it has not. */
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
        logger.info({ producer_id: producerId, epoch, messages: rows.length }, 'Stored messages from the log')
      }
      after = more ? { epoch, offset: entries.at(-1)!.offset } : null
    }
    return [...wanted]
  }

  const writeOffLost = async (producerId: number, epoch: number, offsets: readonly number[]): Promise<void> => {
    let from = offsets[0]!
    for (const [index, offset] of offsets.entries()) {
      if (offsets[index + 1] === offset + 1) continue
      await writeLost(sql, producerId, epoch, from, offset)
      from = offsets[index + 1] ?? offset
    }
    metrics.lost.inc(offsets.length)
    logger.warn(
      { producer_id: producerId, epoch, messages: offsets.length },
      'Missed messages in PostgreSQL and in the log'
    )
  }

  const accountFor = async (producerId: number, epoch: number, checkedTo: number, target: number): Promise<void> => {
    for (let done = checkedTo; done < target;) {
      const to = Math.min(target, done + STEP)
      if (await countStored(sql, producerId, epoch, done + 1, to) < to - done) {
        const missing = await missingOffsets(sql, producerId, epoch, done + 1, to)
        const lost = missing.length === 0 ? [] : await storeFromLog(producerId, epoch, missing)
        if (lost.length > 0) await writeOffLost(producerId, epoch, lost)
      }
      await raiseCheckedTo(sql, producerId, epoch, to)
      done = to
    }
  }

  /**
   * Takes up what PostgreSQL does not know of the broker's epochs; only after it was put back to an older state is
   * there anything. Where the log does not reach back to what PostgreSQL knows, nobody knows what came between: it
   * counts as lost.
   */
  const learn = async (producerId: number, epoch: number): Promise<void> => {
    const logged = await broker.loggedEpochs(producerId)
    const known = await newestKnownEpoch(sql, producerId)
    logger.warn(
      { producer_id: producerId, epoch, known_epoch: known },
      'PostgreSQL was put back: the broker knows later epochs'
    )
    if (logged[0] === undefined || logged[0].epoch > known) {
      const next = await lastStored(sql, producerId, known) + 1
      await writeLost(sql, producerId, known, next, next)
    }
    await learnEpochs(sql, producerId, epoch, logged)
  }

  const run = async (producerId: number, upTo: LogPosition): Promise<void> => {
    let accounts = await openAccounts(sql, producerId, upTo.epoch)
    if (upTo.epoch > 0 && accounts.at(-1)?.epoch !== upTo.epoch && !await isKnownEpoch(sql, producerId, upTo.epoch)) {
      await learn(producerId, upTo.epoch)
      accounts = await openAccounts(sql, producerId, upTo.epoch)
    }
    for (const { epoch, lastOffset, checkedTo } of accounts) {
      const target = epoch === upTo.epoch ? upTo.offset : lastOffset ?? await lastStored(sql, producerId, epoch)
      await accountFor(producerId, epoch, checkedTo, target)
    }
  }

  return {
    async complete (producerId, upTo) {
      const before = running.get(producerId)
      const mine = (before ?? Promise.resolve()).catch(() => {}).then(() => run(producerId, upTo))
      running.set(producerId, mine)
      try {
        await mine
        onComplete(producerId, upTo)
      } finally {
        if (running.get(producerId) === mine) running.delete(producerId)
      }
    }
  }
}
