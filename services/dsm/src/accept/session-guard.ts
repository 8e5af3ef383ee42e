import type { Database } from '@motience/kit'
import { greatestSeqs } from '../storage/messages.js'
import { within } from './deadline.js'
import type { Draft } from './envelope.js'
import type { Lane } from './lane.js'
import type { Send, SentOutcome } from './sender.js'

/** Most sessions of one lane that are remembered as checked; of a lane with more, some are checked again and again. */
const MAX_CHECKED = 256

const keyOf = ({ device, session }: Draft): string => `${device}\n${session}`

/** The drafts that begin a session as far as this lane knows, one a session. */
const unchecked = (lane: Lane, drafts: readonly Draft[]): Map<string, Draft> => {
  const found = new Map<string, Draft>()
  let last: Draft | null = null
  for (const draft of drafts) {
    if (draft.session === null) continue
    // Mostly all of a batch are of one session.
    if (last !== null && last.session === draft.session && last.device === draft.device) continue
    last = draft
    const key = keyOf(draft)
    if (!lane.checkedSessions.has(key)) found.set(key, draft)
  }
  return found
}

const remember = (lane: Lane, keys: Iterable<string>): void => {
  for (const key of keys) lane.checkedSessions.add(key)
  for (const key of lane.checkedSessions) {
    if (lane.checkedSessions.size <= MAX_CHECKED) break
    lane.checkedSessions.delete(key)
  }
}

/**
 * Sends what PostgreSQL does not show to be a repeat. The broker remembers a producer's latest sessions only, and a new
 * one none: so at the first message of a session that a lane sees, PostgreSQL is asked for its greatest `seq`. What is
 * not above is a repeat, however old.
 */
export const guardSessions = (send: Send, { sql }: Database, deadlineMs: number): Send =>
  async (lane, drafts) => {
    const sessions = unchecked(lane, drafts)
    if (sessions.size === 0) return await send(lane, drafts)
    const seqs = await within(greatestSeqs(sql, lane.producerId, [...sessions.values()].map(draft => ({ deviceId: draft.deviceId, session: draft.session! }))), performance.now() + deadlineMs)
    const greatest = new Map([...sessions.keys()].map((key, n) => [key, seqs[n] ?? -1]))
    const isRepeat = (draft: Draft): boolean => draft.session !== null && draft.seq! <= (greatest.get(keyOf(draft)) ?? -1)
    const rest = drafts.filter(draft => !isRepeat(draft))
    const sent = rest.length === 0
      ? { subscriberCount: lane.subscribers?.consumerIds.length ?? 0, outcomes: [] }
      : await send(lane, rest)
    remember(lane, sessions.keys())
    if (rest.length === drafts.length) return sent
    let next = 0
    return { ...sent, outcomes: drafts.map((draft): SentOutcome => isRepeat(draft) ? { kind: 'repeat', place: null } : sent.outcomes[next++]!) }
  }
