import type { LogPosition } from '@motience/schemas'
import type { SubscriberList } from '../subscriber-list.js'
import type { Draft } from './envelope.js'
import { createOneAtATime, type OneAtATime } from './serial-runner.js'
import type { Outcome } from './outcome.js'
import { createStoredMark, type StoredMark } from './stored-position.js'

/** The messages of one request that are one producer's, and whoever waits for their outcomes. */
export interface Job {
  drafts: readonly Draft[]
  resolve: (outcomes: Outcome[]) => void
}

/** Most messages of one lane in one call of the broker; a job is never split. */
const MAX_BATCH = 1_000

/**
 * The way of one producer's messages through this instance. One call of the broker is under way at a time, so their
 * order is kept; what comes in meanwhile waits and goes with the next call.
 */
export interface Lane {
  readonly producerId: number
  queue: Job[]
  /** Whether a batch is on its way to the broker. */
  working: boolean
  /** Active subscribers as last read and changed since; null where they have to be read from SM. */
  subscribers: SubscriberList | null
  /** Where this instance saw the log end; null where it is not known what others accepted. */
  seen: LogPosition | null
  /** Up to where this instance knows the log to be stored. */
  readonly stored: StoredMark
  /** Commits of this lane that are under way. */
  commits: Set<Promise<void>>
  /** What this lane asks PostgreSQL beside its commits. */
  readonly oneAtATime: OneAtATime
}

export const createLane = (producerId: number): Lane => ({
  producerId,
  queue: [],
  working: false,
  subscribers: null,
  seen: null,
  stored: createStoredMark(),
  commits: new Set(),
  oneAtATime: createOneAtATime()
})

/** Whether nothing of the lane is under way. */
export const isIdle = (lane: Lane): boolean => !lane.working && lane.queue.length === 0 && lane.commits.size === 0

/** Takes from the queue what goes with the next call of the broker. */
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

/** Resolves once the commits that are under way now have ended, well or not. */
export const commitsEnded = async (lane: Lane): Promise<void> => {
  await Promise.allSettled(lane.commits)
}
