import { setTimeout as pause } from 'node:timers/promises'
import type { Database, Logger } from '@motience/kit'
import type { DsmMetrics } from '../metrics.js'
import { insertMessages } from './messages.js'
import { ensurePartitions } from './partitions.js'
import type { StoredMessage } from './stored-message.js'

/** Maximum messages and characters of one insert: larger inserts make commits cheaper, up to a point. */
const MAX_ROWS = 2_000
const MAX_CHARACTERS = 4_194_304
const FIRST_RETRY_MS = 50
const LAST_RETRY_MS = 1_000

/** Thrown if a message could not be stored in time. It may be stored later. */
export class NotStoredError extends Error {
  override name = 'NotStoredError'
}

/** Collaborators of the writer. */
export interface WriterDependencies {
  database: Database
  logger: Logger
  metrics: DsmMetrics
  /** Maximum milliseconds that a message waits for its commit. */
  deadlineMs: number
}

/** Stores messages with a group commit. */
export interface Writer {
  /** Resolves once all of them are committed. Rejects with `NotStoredError` after the deadline. */
  store (rows: readonly StoredMessage[]): Promise<void>
}

interface Waiting {
  rows: readonly StoredMessage[]
  characters: number
  deadline: number
  timer: NodeJS.Timeout
  resolve: () => void
  reject: (error: Error) => void
}

const sqlState = (error: unknown): string => String((error as { code?: unknown } | null)?.code)

/** SQLSTATE 23514, raised here for a day without a partition. */
const NO_PARTITION = '23514'

/** Data exceptions and constraint violations: the same rows will be refused again. */
const isRowError = (error: unknown): boolean => /^2[23]/.test(sqlState(error))

/**
 * Group commit: messages that arrive during a commit go with the next one, so that commits grow with the load and add
 * no delay without it. A failed commit is retried with back-off until the deadline of its messages. One that failed
 * because of its rows is split by call, so that invalid rows affect no other call. The caller bounds the queue
 * (`maxPending`).
 */
export const createWriter = ({ database, logger, metrics, deadlineMs }: WriterDependencies): Writer => {
  const maxCommits = database.kind === 'embedded' ? 1 : 3
  const queue: Waiting[] = []
  let commits = 0

  const take = (): Waiting[] => {
    let rows = 0
    let characters = 0
    let count = 0
    for (const waiting of queue) {
      const isFull = rows + waiting.rows.length > MAX_ROWS || characters + waiting.characters > MAX_CHARACTERS
      if (count > 0 && isFull) break
      rows += waiting.rows.length
      characters += waiting.characters
      count++
    }
    return queue.splice(0, count)
  }

  /** Inserts rows; if a partition is missing, creates it and retries once. */
  const insert = async (rows: readonly StoredMessage[]): Promise<void> => {
    try {
      await insertMessages(database.sql, rows)
    } catch (error) {
      if (sqlState(error) !== NO_PARTITION) throw error
      await ensurePartitions(database, rows.map(row => row.receivedAt))
      await insertMessages(database.sql, rows)
    }
  }

  const attempt = async (batch: readonly Waiting[]): Promise<void> => {
    const rows = batch.length === 1 ? batch[0]!.rows : batch.flatMap(waiting => waiting.rows)
    const stop = metrics.commitSeconds.startTimer()
    try {
      await insert(rows)
    } catch (error) {
      metrics.commitFailures.inc()
      // The error itself is not logged: its details may contain a message.
      logger.warn({ code: sqlState(error), messages: rows.length }, 'Failed to commit messages')
      throw error
    }
    stop()
    metrics.commitMessages.observe(rows.length)
    for (const waiting of batch) waiting.resolve()
  }

  const commit = async (batch: readonly Waiting[]): Promise<void> => {
    let live = batch
    for (let retryMs = FIRST_RETRY_MS; live.length > 0; retryMs = Math.min(retryMs * 2, LAST_RETRY_MS)) {
      try {
        await attempt(live)
        return
      } catch (error) {
        if (isRowError(error)) {
          if (live.length === 1) live[0]!.reject(new NotStoredError(`PostgreSQL refused the rows: ${sqlState(error)}`))
          else for (const waiting of live) await commit([waiting])
          return
        }
      }
      await pause(retryMs)
      const now = performance.now()
      live = live.filter(waiting => waiting.deadline > now)
    }
  }

  const work = async (): Promise<void> => {
    commits++
    while (queue.length > 0) await commit(take())
    commits--
  }

  return {
    store: rows => new Promise<void>((resolve, reject) => {
      let characters = 0
      for (const row of rows) characters += row.tail.length
      const settled = <A extends unknown[]>(settle: (...values: A) => void) => (...values: A): void => {
        clearTimeout(waiting.timer)
        settle(...values)
      }
      // A commit that hangs is abandoned; one that has not started leaves the queue.
      const expire = (): void => {
        const index = queue.indexOf(waiting)
        if (index >= 0) queue.splice(index, 1)
        reject(new NotStoredError('Storing the message timed out'))
      }
      const waiting: Waiting = {
        rows,
        characters,
        deadline: performance.now() + deadlineMs,
        timer: setTimeout(expire, deadlineMs),
        resolve: settled(resolve),
        reject: settled(reject)
      }
      queue.push(waiting)
      if (commits < maxCommits) work()
    })
  }
}
