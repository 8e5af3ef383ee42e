import type { AcceptMessage, AcceptOutcome, BrokerLimits, LogEntry, LogHead, LogPage, OpenEpoch, Place, SessionMark } from '../broker.js'

/** Names a session within one producer. Neither a device nor a session has a line feed. */
const sessionName = (device: string, session: string): string => `${device}\n${session}`

/** A text of its own: a payload that was cut out of a request's body would keep all of the body for as long as the log. */
const ownText = (text: string): string => Buffer.from(text).toString()

/**
 * One producer's log in memory: its head, its latest messages and the last `seq` of its latest sessions.
 * Bounded by `limits`; the oldest go first.
 */
export const createProducerLog = (limits: BrokerLimits, now: () => number) => {
  const head: LogHead = { epoch: 0, offset: 0, version: 0, verified: false }
  /** The log; entries before `first` are dropped and cut off now and then. */
  let entries: LogEntry[] = []
  let first = 0
  /** In the order of their last use. */
  const sessions = new Map<string, SessionMark>()

  const dropOldest = (count: number): void => {
    first += count
    if (first * 2 > entries.length) {
      entries = entries.slice(first)
      first = 0
    }
  }

  const dropExpired = (): number => {
    const oldest = now() - limits.logMaxAgeSecs * 1000
    let count = 0
    while (first + count < entries.length && entries[first + count]!.appendedAt < oldest) count++
    dropOldest(count)
    return count
  }

  const touch = (mark: SessionMark): void => {
    const name = sessionName(mark.device, mark.session)
    sessions.delete(name)
    sessions.set(name, mark)
  }

  const forgetOldest = (): void => {
    for (const name of sessions.keys()) {
      if (sessions.size <= limits.maxSessions) break
      sessions.delete(name)
    }
  }

  const acceptOne = (message: AcceptMessage, texts: string[]): AcceptOutcome => {
    const { device, session, seq } = message
    const mark = session === null || seq === null ? undefined : sessions.get(sessionName(device, session))
    if (mark !== undefined && seq !== null && seq <= mark.seq) {
      touch(mark)
      return { kind: 'repeat', place: seq === mark.seq ? { epoch: mark.epoch, offset: mark.offset } : null }
    }
    const { epoch, version } = head
    const offset = ++head.offset
    const text = ownText(`${message.head}${epoch},"offset":${offset}${message.tail}`)
    entries.push({ epoch, offset, version, appendedAt: now(), text })
    if (entries.length - first > limits.logMaxMessages) dropOldest(1)
    if (session !== null && seq !== null) touch({ device, session, seq, epoch, offset })
    texts.push(text)
    return { kind: 'accepted', offset }
  }

  /** Index of the first entry after a place. */
  const indexAfter = (after: Place): number => {
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

    /** Raises the version; it never falls. */
    raiseVersion (version: number): void {
      head.version = Math.max(head.version, version)
    },

    /** Appends what is no repeat; `texts` are to be published. The head has to be verified. */
    append (messages: readonly AcceptMessage[]): { epoch: number, outcomes: AcceptOutcome[], texts: string[] } {
      const texts: string[] = []
      const outcomes = messages.map(message => acceptOne(message, texts))
      forgetOldest()
      return { epoch: head.epoch, outcomes, texts }
    },

    openEpoch ({ epoch, expected, version, sessions: known }: OpenEpoch): boolean {
      if (head.epoch !== expected.epoch || head.offset !== expected.offset || head.verified !== expected.verified) return false
      if (epoch <= head.epoch) throw new RangeError(`Epoch ${epoch} is not above ${head.epoch}`)
      Object.assign(head, { epoch, offset: 0, version: Math.max(head.version, version), verified: true })
      for (const mark of known) {
        const had = sessions.get(sessionName(mark.device, mark.session))
        touch(had !== undefined && had.seq >= mark.seq ? had : { ...mark })
      }
      forgetOldest()
      return true
    },

    read (after: Place, limit: number): LogPage {
      dropExpired()
      const start = indexAfter(after)
      let end = start
      const has = (index: number): boolean => entries[index]?.epoch === after.epoch
      for (let bytes = 0; has(end) && end - start < limit && bytes < limits.logPageBytes; end++) bytes += entries[end]!.text.length
      const page = entries.slice(start, end)
      const next = page[0]?.offset ?? head.offset + 1
      return { head: { ...head }, entries: page, more: has(end), reachesBack: after.epoch === head.epoch && next === after.offset + 1 }
    },

    trim: dropExpired,
  }
}

export type ProducerLog = ReturnType<typeof createProducerLog>
