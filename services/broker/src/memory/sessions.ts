import type { LogPosition } from '@motience/schemas'
import { sessionName, type SessionFloors, type SessionName } from '../broker.js'
import { SESSION_OVERHEAD } from '../limits.js'

/** A session's last accepted message. Offset 0: only history knows its position. */
export interface LastAccepted extends LogPosition { seq: number }

/**
 * The last `seq` of a producer's latest sessions, in at most `maxBytes`. A session whose last message is not known to
 * be stored is never forgotten, so those that are not remembered are completely in history.
 */
export const createSessions = (maxBytes: number) => {
  /** In order of their last use. */
  const lastBySession = new Map<string, LastAccepted>()
  let bytes = 0
  /** Last message of the sessions of the current epoch that were forgotten. */
  let forgotten: LogPosition = { epoch: 0, offset: 0 }

  const costOf = (name: string): number => Buffer.byteLength(name) + SESSION_OVERHEAD

  const use = (name: string, last: LastAccepted): void => {
    if (!lastBySession.delete(name)) bytes += costOf(name)
    lastBySession.set(name, last)
  }

  return {
    /**
     * The last accepted message of a session, if remembered. With a history, only one of this epoch counts, since the
     * broker may have been restored to an older state.
     */
    find (name: string, epoch: number, history: boolean): LastAccepted | undefined {
      const last = lastBySession.get(name)
      return last === undefined || (history && last.epoch !== epoch) ? undefined : last
    },

    use,

    /**
     * The sessions that have to be looked up in history. If there are none, the floors are applied; they are valid
     * unless a session was forgotten that had continued after history was queried.
     */
    lookUp (names: readonly SessionName[], epoch: number, floors: SessionFloors | undefined): SessionName[] {
      const holds =
        floors !== undefined &&
        floors.asOf.epoch === epoch &&
        (forgotten.epoch !== epoch || forgotten.offset <= floors.asOf.offset)
      const unknown = names
        .map(({ device, session }) => sessionName(device, session))
        .map(name => (lastBySession.get(name)?.epoch === epoch ? null : name))
      const isFound = (name: string | null): boolean => name === null || (holds && floors.seqs.has(name))
      if (!unknown.every(isFound)) return names.filter((_, n) => unknown[n] !== null)
      for (const name of unknown) if (name !== null) use(name, { seq: floors!.seqs.get(name)!, epoch, offset: 0 })
      return []
    },

    /** Forgets the least recently used sessions; `stored` is the position up to which everything is stored. */
    forgetOldest (stored: LogPosition): void {
      for (const [name, last] of lastBySession) {
        if (bytes <= maxBytes) break
        if (last.epoch === stored.epoch) {
          if (last.offset > stored.offset) break
          if (forgotten.epoch !== last.epoch || forgotten.offset < last.offset) {
            forgotten = { epoch: last.epoch, offset: last.offset }
          }
        }
        lastBySession.delete(name)
        bytes -= costOf(name)
      }
    }
  }
}
