import { setTimeout as pause } from 'node:timers/promises'
import type { Database, Logger } from '@motience/kit'
import type { DsmMetrics } from '../metrics.js'
import { insertMessages } from './messages.js'
import { ensurePartitions } from './partitions.js'
import type { StoredMessage } from './stored-message.js'

/** Most messages and most characters of one insert: many make a commit cheap, too many make it slow. */
const MAX_ROWS = 2_000
const MAX_CHARACTERS = 4_194_304
const FIRST_RETRY_MS = 50
const LAST_RETRY_MS = 1_000

/** Rejected with this when a message could not be stored in time. It may be stored later. */
export class NotStoredError extends Error {
  override name = 'NotStoredError'
}

/** What the writer needs. */
export interface WriterOptions {
  database: Database
  logger: Logger
  metrics: DsmMetrics
  /** Most milliseconds that a message waits for its commit. */
  deadlineMs: number
}

/** Stores messages, many in one commit. */
export interface Writer {
  /** Resolves once all of them are committed; rejects with `NotStoredError` after the deadline. */
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

/** SQLSTATE 23514 here: the day has no partition. */
const NO_PARTITION = '23514'

/** Data exceptions and constraints: the same rows will be refused again. */
const isOfRows = (error: unknown): boolean => /^2[23]/.test(sqlState(error))

/**
 * The group commit: while a commit is under way, what comes in meanwhile waits and goes with the next one, so commits
 * grow with the load and add no delay without it. A commit that failed is repeated, with back-off, for as long as one
 * of its messages may wait; one that failed for its rows is taken apart, so that one call's rows harm no other's. What
 * waits is bounded by whoever calls (`maxPending`).
 */
export const createWriter = ({ database, logger, metrics, deadlineMs }: WriterOptions): Writer => {
  const maxCommits = database.kind === 'embedded' ? 1 : 3
  const queue: Waiting[] = []
  let commits = 0

  const take = (): Waiting[] => {
    let rows = 0
    let characters = 0
    let count = 0
    for (const waiting of queue) {
      if (count > 0 && (rows + waiting.rows.length > MAX_ROWS || characters + waiting.characters > MAX_CHARACTERS)) { break }
      rows += waiting.rows.length
      characters += waiting.characters
      count++
    }
    return queue.splice(0, count)
  }

  /** One attempt; a missing partition is made and the attempt repeated once. */
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
      // Not the error itself: its details may have a message in them.
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
        if (isOfRows(error)) {
          if (live.length === 1) live[0]!.reject(new NotStoredError(`PostgreSQL refuses the rows: ${sqlState(error)}`))
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
      // A commit that hangs is not waited for; whatever still waits for its turn then leaves the queue.
      const expire = (): void => {
        const index = queue.indexOf(waiting)
        if (index >= 0) queue.splice(index, 1)
        reject(new NotStoredError('Not stored in time'))
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
