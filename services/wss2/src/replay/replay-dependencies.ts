import type { Broker, LogPage } from '@motience/broker'
import type { Semaphore } from '@motience/kit'
import type { ResumedFrame } from '@motience/schemas'
import type { SendQueue } from '../delivery/send-queue.js'
import type { Feed } from '../feeds/feed.js'
import type { GrantReader } from '../grants/grant-reader.js'
import { retryWhile } from '../retry-while.js'
import { readGrantedLog } from './read-granted-log.js'

/** Collaborators of a `Replay`. */
export interface ReplayDependencies {
  /** Resolves when the consumer accepts more data; to false once the replay is no longer wanted. */
  whenWritable (): Promise<boolean>
  readonly writable: boolean
  /**
   * Reads entries after the feed's position; `feed.grant` is then at least as new as the page. Null if the consumer may
   * not read them, or the replay is no longer wanted.
   */
  read (feed: Feed, limit: number): Promise<LogPage | null>
  frame (frame: ResumedFrame): void
}

/** What one replay works for. */
export interface ReplayTarget {
  consumerId: number
  feed: Feed
  sendQueue: SendQueue
  /** False once the feed was removed, or a newer replay has replaced this one. */
  wanted (): boolean
  /** Called if the subscription turns out to be inactive. */
  onDenied (): void
}

/** Creates the collaborators of a replay that reads from the broker and writes to a send queue. */
export const createReplayDependencies = (
  { broker, grants, semaphore }: { broker: Broker, grants: GrantReader, semaphore: Semaphore },
  { consumerId, feed, sendQueue, wanted, onDenied }: ReplayTarget
): ReplayDependencies => ({
  get writable () { return sendQueue.writable },
  whenWritable: async () => await sendQueue.whenWritable() && wanted(),
  frame: frame => sendQueue.frame(frame, feed.producerId),
  read: async (_feed, limit) => {
    let denied = false
    const page = await retryWhile(() => semaphore.run(async () => {
      const page = await readGrantedLog(broker, grants, consumerId, feed, limit)
      denied = page === null
      return page
    }), wanted)
    if (!wanted()) return null
    if (denied) onDenied()
    return page
  }
})
