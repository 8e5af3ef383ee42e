import { setTimeout as pause } from 'node:timers/promises'
import type { Sql } from 'postgres'
import type { Account } from '../fleet/accounts.js'
import { newSending, sendByWebSocket } from '../proofs/gateway.js'

const DEVICES = 2_000
const PAUSE_MS = 1_000

/** Room for about a fifth of the devices' sessions: the others are looked up each time that they go on. */
export const sessionsMaxBytes = 100_000

/** What must be nought of the fleet, beside what was sent. */
interface Compared { stored: number, 'stored twice': number, lost: number }

/**
 * A producer of 2,000 devices with a session each, behind one gateway that sends their messages round after round until
 * it is told to finish.
 */
export const startSessions = (producerUrl: string, account: Account) => {
  const total = newSending()
  let rounds = 0
  const finishing = new AbortController()
  const sending = (async () => {
    while (!finishing.signal.aborted) {
      rounds++
      const messages = Array.from({ length: DEVICES }, (_, n) => ({
        device_id: `device-${n}`,
        session: `session-${n}`,
        seq: rounds,
        payload: { round: rounds }
      }))
      await sendByWebSocket(producerUrl, account, messages, 250, total)
      await pause(PAUSE_MS)
    }
  })()
  return {
    /**
     * Ends with the round that is under way; resolves to what was sent, once all of it is acked or refused for ever.
     */
    async finish (): Promise<Record<'devices' | 'sent' | 'acked' | 'refused for ever', number>> {
      finishing.abort()
      await sending
      return { devices: DEVICES, sent: rounds * DEVICES, acked: total.acked, 'refused for ever': total.refused.length }
    },

    /** Compares what was sent with what is stored. */
    async compare (sql: Sql): Promise<Compared> {
      const [row] = await sql<{ rows: number, names: number }[]>`
        select count(*)::int as rows, count(distinct (device_id, session, seq))::int as names from dsm.messages where producer_id = ${account.user.id}`
      return { stored: row!.rows, 'stored twice': row!.rows - row!.names, lost: rounds * DEVICES - row!.names }
    }
  }
}
