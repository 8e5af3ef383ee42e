import type { LogPosition } from '@motience/schemas'
import { sessionName, type SessionFloors, type SessionName } from '../broker.js'
import { SESSION_OVERHEAD } from '../limits.js'

/** A session's last accepted message. Offset 0: which one that was is known to history alone. */
export interface SessionMark extends LogPosition { seq: number }

/**
 * The last `seq` of a producer's latest sessions, in at most `maxBytes`. One whose last message is not known to be
 * stored is never forgotten, so what is not remembered is in history as a whole.
 */
export const createSessions = (maxBytes: number) => {
  /** In the order of their last use. */
  const marks = new Map<string, SessionMark>()
  let bytes = 0
  /** The latest message of the present epoch whose session was forgotten. */
  let forgotten: LogPosition = { epoch: 0, offset: 0 }

  const costOf = (name: string): number => Buffer.byteLength(name) + SESSION_OVERHEAD

  const use = (name: string, mark: SessionMark): void => {
    if (!marks.delete(name)) bytes += costOf(name)
    marks.set(name, mark)
  }

  return {
    /**
     * What is remembered of a session. With a history only what is of this epoch counts, for the broker may have been
     * put back meanwhile.
     */
    find (name: string, epoch: number, history: boolean): SessionMark | undefined {
      const mark = marks.get(name)
      return mark === undefined || (history && mark.epoch !== epoch) ? undefined : mark
    },

    use,

    /**
     * Which of these sessions have to be looked up. Where there are none the floors are taken over: they hold unless a
     * session was forgotten that had gone on after history was asked.
     */
    lookUp (names: readonly SessionName[], epoch: number, floors: SessionFloors | undefined): SessionName[] {
      const holds =
        floors !== undefined &&
        floors.asOf.epoch === epoch &&
        (forgotten.epoch !== epoch || forgotten.offset <= floors.asOf.offset)
      const unknown = names
        .map(({ device, session }) => sessionName(device, session))
        .map(name => (marks.get(name)?.epoch === epoch ? null : name))
      const isFound = (name: string | null): boolean => name === null || (holds && floors.seqs.has(name))
      if (!unknown.every(isFound)) return names.filter((_, n) => unknown[n] !== null)
      for (const name of unknown) if (name !== null) use(name, { seq: floors!.seqs.get(name)!, epoch, offset: 0 })
      return []
    },

    /** Forgets the ones unused longest; `stored` is the place up to which everything is stored. */
    forgetOldest (stored: LogPosition): void {
      for (const [name, mark] of marks) {
        if (bytes <= maxBytes) break
        if (mark.epoch === stored.epoch) {
          if (mark.offset > stored.offset) break
          if (forgotten.epoch !== mark.epoch || forgotten.offset < mark.offset) {
            forgotten = { epoch: mark.epoch, offset: mark.offset }
          }
        }
        marks.delete(name)
        bytes -= costOf(name)
      }
    }
  }
}
