import { setTimeout as pause } from 'node:timers/promises'
import type { AcceptResult } from '@motience/broker'
import type { Completion } from '../storage/completion.js'
import { within } from './deadline.js'
import type { Lane } from './lane.js'

/** What another instance has just stored is told by its next call: mostly it comes within so many milliseconds. */
const OTHERS_MS = 5

/**
 * Waits until a lane knows of more that is stored than the broker that said `full`, or makes it so; rejects after the
 * deadline.
 */
export type Relieve = (
  lane: Lane,
  full: Extract<AcceptResult, { kind: 'full' }>,
  attempt: number,
  deadline: number
) => Promise<void>

/**
 * Where commits of this instance are under way they are waited for. What others accepted is waited for once; then it is
 * made sure that all of the log is stored, whoever took it and whatever became of them.
 */
export const createRelief =
  ({ complete }: Completion): Relieve =>
    async (lane, { head, stored }, attempt, deadline) => {
      const known = { epoch: head.epoch, offset: stored }
      const isRelieved = (): boolean => lane.stored.place.epoch === known.epoch && lane.stored.place.offset > known.offset
      lane.stored.reach(known)
      while (!isRelieved() && lane.commits.size > 0) { await within(Promise.allSettled([Promise.race(lane.commits)]), deadline) }
      if (isRelieved()) return
      if (attempt === 0) await pause(OTHERS_MS)
      else await lane.oneAtATime(() => complete(lane.producerId, head), deadline)
    }
