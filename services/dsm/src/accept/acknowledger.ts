import type { LogPosition } from '@motience/schemas'
import { ProblemError } from '@motience/kit'
import type { StoredMessage } from '../storage/stored-message.js'
import { within } from './deadline.js'
import type { Draft } from './envelope.js'
import { commitsEnded, type Lane } from './lane.js'
import { refusal, type Outcome } from './outcome.js'
import type { Repairs } from './completion-schedule.js'
import type { FindRepeats } from './find-repeats.js'
import type { Sent } from './sender.js'

/** What the keeper needs. Without `store` nothing is kept but the broker's log. */
export interface KeeperOptions {
  store: ((rows: readonly StoredMessage[]) => Promise<void>) | null
  findRepeats: FindRepeats
  repairs: Repairs
  /** Most milliseconds for finding a repeat's first place, commits that come before it included. */
  deadlineMs: number
}

/** Sees that what the broker did with messages is kept; one outcome each, once it is. Never rejects. */
export type Keep = (lane: Lane, drafts: readonly Draft[], sent: Sent) => Promise<Outcome[]>

interface Repeat { draft: Draft, index: number, place: LogPosition | null }

const passed = new ProblemError('MOT_DSM_SEQ_PASSED')

export const createKeeper = ({ store, findRepeats, repairs, deadlineMs }: KeeperOptions): Keep => {
  /** Notes where the log ends; asks for a check where others wrote to it, or may have before this lane's first use. */
  const note = (lane: Lane, rows: readonly StoredMessage[]): void => {
    const [first, last] = [rows[0], rows.at(-1)]
    if (first === undefined || last === undefined) return
    const follows = lane.seen !== null && lane.seen.epoch === first.epoch && lane.seen.offset + 1 === first.offset
    const isWhole = last.epoch === first.epoch && last.offset - first.offset === rows.length - 1
    if (!(follows && isWhole) && store !== null) repairs.schedule(lane.producerId)
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
      repairs.schedule(lane.producerId)
      return refusal(error)
    } finally {
      lane.commits.delete(stored)
    }
  }

  /**
   * The places that repeats are answered with. Without persistence the broker's word is enough; otherwise they are
   * found where they are kept. One that was accepted is: in PostgreSQL, or in the log, which drops nothing before it is
   * stored.
   */
  const findPlaces = async (
    lane: Lane,
    repeats: readonly Repeat[],
    deadline: number
  ): Promise<(LogPosition | null)[]> => {
    await commitsEnded(lane)
    const known = store === null ? repeats.map(repeat => repeat.place) : repeats.map(() => null)
    const unknown = repeats
      .filter((_repeat, n) => known[n] === null)
      .map(({ draft }) => ({ deviceId: draft.deviceId, session: draft.session!, seq: draft.seq! }))
    const found =
      unknown.length === 0 ? [] : await lane.oneAtATime(() => findRepeats(lane.producerId, unknown), deadline)
    let next = 0
    return known.map(place => place ?? found[next++] ?? null)
  }

  const answerRepeats = async (
    lane: Lane,
    repeats: readonly Repeat[],
    subscriberCount: number,
    outcomes: Outcome[]
  ): Promise<void> => {
    const deadline = performance.now() + deadlineMs
    try {
      const places = await within(findPlaces(lane, repeats, deadline), deadline)
      for (const [n, { index }] of repeats.entries()) {
        const place = places[n]
        outcomes[index] = place
          ? { epoch: place.epoch, offset: place.offset, subscriberCount, duplicate: true, receivedAt: null }
          : passed
      }
    } catch (error) {
      for (const { index } of repeats) outcomes[index] = refusal(error)
    }
  }

  return async (lane, drafts, { subscriberCount, outcomes: done }) => {
    const { producerId } = lane
    const outcomes = new Array<Outcome>(done.length)
    const rows: StoredMessage[] = []
    const repeats: Repeat[] = []
    for (const [index, outcome] of done.entries()) {
      const draft = drafts[index]!
      if (outcome.kind === 'repeat') {
        repeats.push({ draft, index, place: outcome.place })
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
    note(lane, rows)
    const refused = await commit(lane, rows)
    if (refused !== null) {
      for (const [index, outcome] of done.entries()) if (outcome.kind === 'accepted') outcomes[index] = refused
    }
    // Repeats come after the commit: their first place may be in this very batch.
    if (repeats.length > 0) await answerRepeats(lane, repeats, subscriberCount, outcomes)
    return outcomes
  }
}
