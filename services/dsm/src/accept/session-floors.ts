import { sessionName, type AcceptResult, type SessionFloors } from '@motience/broker'
import type { Database } from '@motience/kit'
import { greatestSeqs } from '../storage/messages.js'

/** Looks up device sessions that the broker does not remember. */
export type FindFloors = (
  producerId: number,
  unknown: Extract<AcceptResult, { kind: 'unknown' }>
) => Promise<SessionFloors>

/** Reads the sessions' greatest `seq` from PostgreSQL: any message not above it is a repeat, however old. */
export const findFloors = ({ sql }: Database): FindFloors => async (producerId, { asOf, sessions }) => {
  const seqs = await greatestSeqs(
    sql,
    producerId,
    sessions.map(({ device, session }) => ({ deviceId: device, session }))
  )
  return {
    asOf,
    seqs: new Map(sessions.map(({ device, session }, n) => [sessionName(device, session), seqs[n] ?? -1]))
  }
}
