import { setTimeout as pause } from 'node:timers/promises'
import type { AcceptResult } from '@motience/broker'
import type { Completion } from '../storage/completion.js'
import { within } from './deadline.js'
import type { Lane } from './lane.js'

/** Another instance reports what it stored with its next call, which usually follows within this many milliseconds. */
const OTHER_INSTANCES_MS = 5

/**
 * Waits until more of the log is stored than the broker knew of when it answered `full`, or stores it. Rejects after
 * the deadline.
 */
export type WaitForLogRoom = (
  lane: Lane,
  full: Extract<AcceptResult, { kind: 'full' }>,
  attempt: number,
  deadline: number
) => Promise<void>

/**
 * Waits for commits of this instance while there are any. Then it waits once for the other instances; if that does not
 * help, it completes the history from the log, whichever instance accepted the messages and whether or not it still
 * runs.
 */
export const createWaitForLogRoom =
  ({ complete }: Completion): WaitForLogRoom =>
    async (lane, { head, stored }, attempt, deadline) => {
      const known = { epoch: head.epoch, offset: stored }
      const hasRoom = (): boolean => {
        const { epoch, offset } = lane.stored.position
        return epoch === known.epoch && offset > known.offset
      }
      lane.stored.reach(known)
      while (!hasRoom() && lane.commits.size > 0) {
        await within(Promise.allSettled([Promise.race(lane.commits)]), deadline)
      }
      if (hasRoom()) return
      if (attempt === 0) await pause(OTHER_INSTANCES_MS)
      else await lane.runSerially(() => complete(lane.producerId, head), deadline)
    }
