import type { LogPosition } from '@motience/schemas'
import type { SubscriberList } from '../subscriber-list.js'
import type { Draft } from './envelope.js'
import { createSerialRunner, type RunSerially } from './serial-runner.js'
import type { Outcome } from './outcome.js'
import { createStoredPosition, type StoredPosition } from './stored-position.js'

/** The messages of one request and producer, and the promise of their outcomes. */
export interface Job {
  drafts: readonly Draft[]
  resolve: (outcomes: Outcome[]) => void
}

/** Maximum messages of one lane in one call of the broker; a job is never split. */
const MAX_BATCH = 1_000

/**
 * One producer's ordered queue of messages in this instance. One call of the broker is in flight at a time, which keeps
 * their order; messages that arrive meanwhile go with the next call.
 */
export interface Lane {
  readonly producerId: number
  queue: Job[]
  /** Whether a batch is in flight to the broker. */
  working: boolean
  /** Active subscribers as last read and changed since; null if they have to be read from SM. */
  subscribers: SubscriberList | null
  /** Where this instance saw the log end; null if other instances may have appended to it. */
  seen: LogPosition | null
  /** The position up to which this instance knows the log to be stored. */
  readonly stored: StoredPosition
  /** Commits of this lane that are in flight. */
  commits: Set<Promise<void>>
  /** Runs this lane's queries to PostgreSQL other than its commits. */
  readonly runSerially: RunSerially
}

export const createLane = (producerId: number): Lane => ({
  producerId,
  queue: [],
  working: false,
  subscribers: null,
  seen: null,
  stored: createStoredPosition(),
  commits: new Set(),
  runSerially: createSerialRunner()
})

/** Whether nothing of the lane is queued or in flight. */
export const isIdle = (lane: Lane): boolean => !lane.working && lane.queue.length === 0 && lane.commits.size === 0

/** Takes from the queue the jobs of the next call of the broker. */
export const takeBatch = (lane: Lane): Job[] => {
  let messages = 0
  let jobs = 0
  for (const job of lane.queue) {
    if (jobs > 0 && messages + job.drafts.length > MAX_BATCH) break
    messages += job.drafts.length
    jobs++
  }
  return lane.queue.splice(0, jobs)
}

/** Resolves once the commits that are in flight now have settled. */
export const commitsEnded = async (lane: Lane): Promise<void> => {
  await Promise.allSettled(lane.commits)
}
