import type { LogPosition } from '@motience/schemas'
import {
  sessionName, type AcceptMessage, type AcceptOutcome, type AcceptRequest, type AcceptResult, type LogEntry,
  type LogHead, type LogPage, type OpenEpoch, type SessionName
} from '../broker.js'
import { type BrokerLimits } from '../limits.js'
import { createSessions } from './sessions.js'

/** The sessions of some messages, each once. */
const sessionsOf = (messages: readonly AcceptMessage[]): SessionName[] => {
  const found = new Map<string, SessionName>()
  for (const { device, session, seq } of messages) {
    if (session !== null && seq !== null) found.set(sessionName(device, session), { device, session })
  }
  return [...found.values()]
}

/**
 * A text of its own: a payload that was cut out of a request's body would keep all of the body for as long as the log.
 */
const ownText = (text: string): string => Buffer.from(text).toString()

/** An entry with the bytes of its text. */
interface SizedEntry extends LogEntry { size: number }

/**
 * One producer's log in memory: its head, its latest messages and the last `seq` of its latest sessions. Bounded by
 * `limits`; the oldest are dropped first, but none that is not stored.
 */
export const createProducerLog = (limits: BrokerLimits, now: () => number) => {
  const head: LogHead = { epoch: 0, offset: 0, version: 0, verified: false }
  /** The log; entries before `first` were dropped, and are removed in batches. */
  let entries: SizedEntry[] = []
  let first = 0
  let bytes = 0
  /** Offset of the head's epoch up to which everything is stored. */
  let stored = 0
  const sessions = createSessions(limits.sessionsMaxBytes)

  /** Drops the oldest entry if it is stored; returns whether it did. */
  const dropOldest = (): boolean => {
    const oldest = entries[first]
    if (oldest === undefined || (oldest.epoch === head.epoch && oldest.offset > stored)) return false
    bytes -= oldest.size
    first++
    if (first * 2 > entries.length) {
      entries = entries.slice(first)
      first = 0
    }
    return true
  }

  const dropExpired = (): number => {
    const oldest = now() - limits.logMaxAgeSecs * 1000
    let dropped = 0
    while (first < entries.length && entries[first]!.appendedAt < oldest && dropOldest()) dropped++
    return dropped
  }

  const raiseStored = (position: LogPosition | undefined): void => {
    if (position === undefined) stored = head.offset
    else if (position.epoch === head.epoch) stored = Math.max(stored, Math.min(head.offset, position.offset))
  }

  /** Drops stored entries until a text of `size` bytes fits; returns whether it does. */
  const makeRoom = (size: number): boolean => {
    while (
      entries.length > first &&
      (entries.length - first >= limits.logMaxMessages || bytes + size > limits.logMaxBytes)
    ) {
      if (!dropOldest()) return false
    }
    return true
  }

  /** Accepts one message, or finds that it is a repeat; null if the log is full. */
  const acceptOne = (
    { head: start, tail, device, session, seq }: AcceptMessage,
    version: number,
    history: boolean,
    texts: string[]
  ): AcceptOutcome | null => {
    const { epoch } = head
    const name = session === null || seq === null ? null : sessionName(device, session)
    const last = name === null ? undefined : sessions.find(name, epoch, history)
    if (name !== null && last !== undefined && seq! <= last.seq) {
      sessions.use(name, last)
      return {
        kind: 'repeat',
        position: seq === last.seq && last.offset > 0 ? { epoch: last.epoch, offset: last.offset } : null
      }
    }
    const offset = head.offset + 1
    const text = ownText(`${start}${epoch},"offset":${offset}${tail}`)
    const size = Buffer.byteLength(text)
    if (!makeRoom(size)) return null
    entries.push({ epoch, offset, version, appendedAt: now(), text, size })
    bytes += size
    head.offset = offset
    if (!history) stored = offset
    if (name !== null) sessions.use(name, { seq: seq!, epoch, offset })
    texts.push(text)
    return { kind: 'accepted', offset }
  }

  /** Index of the first entry after a position. */
  const indexAfter = (after: LogPosition): number => {
    let low = first
    let high = entries.length
    while (low < high) {
      const middle = (low + high) >>> 1
      const entry = entries[middle]!
      if (entry.epoch > after.epoch || (entry.epoch === after.epoch && entry.offset > after.offset)) high = middle
      else low = middle + 1
    }
    return low
  }

  return {
    head: (): LogHead => ({ ...head }),

    /** Raises the version, which never decreases; returns it. */
    raiseVersion (version: number): number {
      head.version = Math.max(head.version, version)
      return head.version
    },

    /**
     * Appends messages that are not repeats until the log is full; `texts` are to be published. The head has to be
     * verified, and the version not older.
     */
    append ({ version, messages, stored: storedTo, floors }: AcceptRequest): { result: AcceptResult, texts: string[] } {
      const history = storedTo !== undefined
      raiseStored(storedTo)
      const texts: string[] = []
      const unknown = history ? sessions.lookUp(sessionsOf(messages), head.epoch, floors) : []
      if (unknown.length > 0) {
        return {
          result: { kind: 'unknown', asOf: { epoch: head.epoch, offset: head.offset }, sessions: unknown },
          texts
        }
      }
      const outcomes: AcceptOutcome[] = []
      for (const message of messages) {
        const outcome = acceptOne(message, version, history, texts)
        if (outcome === null) break
        outcomes.push(outcome)
      }
      sessions.forgetOldest({ epoch: head.epoch, offset: stored })
      if (outcomes.length === 0 && messages.length > 0) {
        return { result: { kind: 'full', head: { epoch: head.epoch, offset: head.offset }, stored }, texts }
      }
      head.version = Math.max(head.version, version)
      return { result: { kind: 'ok', epoch: head.epoch, stored, outcomes }, texts }
    },

    openEpoch ({ epoch, expected, version }: OpenEpoch): boolean {
      if (head.epoch !== expected.epoch || head.offset !== expected.offset || head.verified !== expected.verified) {
        return false
      }
      if (epoch <= head.epoch) throw new RangeError(`Epoch ${epoch} is not above ${head.epoch}`)
      Object.assign(head, { epoch, offset: 0, version: Math.max(head.version, version), verified: true })
      stored = 0
      return true
    },

    read (after: LogPosition, limit: number): LogPage {
      dropExpired()
      const start = indexAfter(after)
      let end = start
      const has = (index: number): boolean => entries[index]?.epoch === after.epoch
      for (let bytes = 0; has(end) && end - start < limit && bytes < limits.logPageBytes; end++) {
        bytes += entries[end]!.text.length
      }
      const page = entries.slice(start, end)
      const next = page[0]?.offset ?? head.offset + 1
      return {
        head: { ...head },
        entries: page,
        more: has(end),
        reachesBack: after.epoch === head.epoch && next === after.offset + 1
      }
    },

    /** Last position of each epoch with entries. */
    loggedEpochs (): LogPosition[] {
      const positions = new Map<number, LogPosition>()
      for (const { epoch, offset } of entries.slice(first)) positions.set(epoch, { epoch, offset })
      return [...positions.values()]
    },

    /** Drops stored entries above the maximum age; returns their number. */
    trim (storedTo: LogPosition | undefined): number {
      raiseStored(storedTo)
      return dropExpired()
    }
  }
}

export type ProducerLog = ReturnType<typeof createProducerLog>
