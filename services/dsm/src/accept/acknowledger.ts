import type { LogPosition } from '@motience/schemas'
import { ProblemError } from '@motience/kit'
import type { StoredMessage } from '../storage/stored-message.js'
import { within } from './deadline.js'
import type { Draft } from './envelope.js'
import { commitsEnded, type Lane } from './lane.js'
import { refusal, type Outcome } from './outcome.js'
import type { CompletionSchedule } from './completion-schedule.js'
import type { FindRepeats } from './find-repeats.js'
import type { Sent } from './sender.js'

/** Collaborators of the acknowledger. Without `store` the broker's log is the only copy. */
export interface AcknowledgerDependencies {
  store: ((rows: readonly StoredMessage[]) => Promise<void>) | null
  findRepeats: FindRepeats
  completionSchedule: CompletionSchedule
  /** Maximum milliseconds for finding the position of a repeat, including the commits that precede it. */
  deadlineMs: number
}

/** Stores what the broker accepted and resolves to one outcome per message once it is committed. Never rejects. */
export type Acknowledge = (lane: Lane, drafts: readonly Draft[], sent: Sent) => Promise<Outcome[]>

interface Repeat { draft: Draft, index: number, position: LogPosition | null }

const sequencePassed = new ProblemError('MOT_DSM_SEQ_PASSED')

export const createAcknowledger = ({
  store,
  findRepeats,
  completionSchedule,
  deadlineMs
}: AcknowledgerDependencies): Acknowledge => {
  /**
   * Records where the log ends. Schedules a check if another instance wrote to it, or may have before this lane's first
   * use.
   */
  const recordEnd = (lane: Lane, rows: readonly StoredMessage[]): void => {
    const [first, last] = [rows[0], rows.at(-1)]
    if (first === undefined || last === undefined) return
    const follows = lane.seen !== null && lane.seen.epoch === first.epoch && lane.seen.offset + 1 === first.offset
    const isWhole = last.epoch === first.epoch && last.offset - first.offset === rows.length - 1
    if (!(follows && isWhole) && store !== null) completionSchedule.schedule(lane.producerId)
    lane.seen = { epoch: last.epoch, offset: last.offset }
  }

  const commit = async (lane: Lane, rows: readonly StoredMessage[]): Promise<ProblemError | null> => {
    if (store === null || rows.length === 0) return null
    const stored = store(rows)
    lane.commits.add(stored)
    try {
      await stored
      lane.stored.add(rows)
      return null
    } catch (error) {
      completionSchedule.schedule(lane.producerId)
      return refusal(error)
    } finally {
      lane.commits.delete(stored)
    }
  }

  /**
   * The positions to answer repeats with. Without persistence the broker's answer is enough. Otherwise each is looked
   * up where it is stored: an accepted message is in PostgreSQL, or in the log, which trims nothing that is not stored
   * yet.
   */
  const findPositions = async (
    lane: Lane,
    repeats: readonly Repeat[],
    deadline: number
  ): Promise<(LogPosition | null)[]> => {
    await commitsEnded(lane)
    const known = store === null ? repeats.map(repeat => repeat.position) : repeats.map(() => null)
    const unknown = repeats
      .filter((_repeat, n) => known[n] === null)
      .map(({ draft }) => ({ deviceId: draft.deviceId, session: draft.session!, seq: draft.seq! }))
    const found =
      unknown.length === 0 ? [] : await lane.runSerially(() => findRepeats(lane.producerId, unknown), deadline)
    let next = 0
    return known.map(position => position ?? found[next++] ?? null)
  }

  const answerRepeats = async (
    lane: Lane,
    repeats: readonly Repeat[],
    subscriberCount: number,
    outcomes: Outcome[]
  ): Promise<void> => {
    const deadline = performance.now() + deadlineMs
    try {
      const positions = await within(findPositions(lane, repeats, deadline), deadline)
      for (const [n, { index }] of repeats.entries()) {
        const position = positions[n]
        outcomes[index] = position
          ? { epoch: position.epoch, offset: position.offset, subscriberCount, duplicate: true, receivedAt: null }
          : sequencePassed
      }
    } catch (error) {
      for (const { index } of repeats) outcomes[index] = refusal(error)
    }
  }

  return async (lane, drafts, { subscriberCount, outcomes: sent }) => {
    const { producerId } = lane
    const outcomes = new Array<Outcome>(sent.length)
    const rows: StoredMessage[] = []
    const repeats: Repeat[] = []
    for (const [index, outcome] of sent.entries()) {
      const draft = drafts[index]!
      if (outcome.kind === 'repeat') {
        repeats.push({ draft, index, position: outcome.position })
        continue
      }
      const { epoch, offset, version } = outcome
      outcomes[index] = { epoch, offset, subscriberCount, duplicate: false, receivedAt: draft.receivedAt }
      rows.push({
        producerId,
        epoch,
        offset,
        version,
        receivedAt: draft.receivedAt,
        at: draft.at,
        atNs: draft.atNs,
        deviceId: draft.deviceId,
        session: draft.session,
        seq: draft.seq,
        tail: draft.tail
      })
    }
    recordEnd(lane, rows)
    const refused = await commit(lane, rows)
    if (refused !== null) {
      for (const [index, outcome] of sent.entries()) if (outcome.kind === 'accepted') outcomes[index] = refused
    }
    // Repeats are answered after the commit: the original may be in this very batch.
    if (repeats.length > 0) await answerRepeats(lane, repeats, subscriberCount, outcomes)
    return outcomes
  }
}
