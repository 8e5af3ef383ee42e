import { setTimeout as pause } from 'node:timers/promises'
import type { Sql } from 'postgres'
import type { Account } from '../fleet/accounts.js'
import { newSendResult, sendByWebSocket } from '../proofs/send-in-batches.js'

const DEVICES = 2_000
const PAUSE_MS = 1_000

/** Enough for about a fifth of the device sessions; the others are looked up in history. */
export const sessionsMaxBytes = 100_000

interface Stored { stored: number, 'stored twice': number, lost: number }

/** A producer with 2,000 devices, each with a session, that sends rounds of messages until it is stopped. */
export const startDeviceSessions = (producerUrl: string, account: Account) => {
  const total = newSendResult()
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
    /** Finishes the current round; resolves once every message is acked or permanently rejected. */
    async finish (): Promise<Record<'devices' | 'sent' | 'acked' | 'rejected', number>> {
      finishing.abort()
      await sending
      return { devices: DEVICES, sent: rounds * DEVICES, acked: total.acked, rejected: total.rejected.length }
    },

    /** Compares the sent with the stored messages. */
    async compare (sql: Sql): Promise<Stored> {
      const [row] = await sql<{ rows: number, names: number }[]>`
        select count(*)::int as rows, count(distinct (device_id, session, seq))::int as names
        from dsm.messages where producer_id = ${account.user.id}`
      return { stored: row!.rows, 'stored twice': row!.rows - row!.names, lost: rounds * DEVICES - row!.names }
    }
  }
}
