import postgres from 'postgres'
import { createAccount } from '../fleet/accounts.js'
import type { Fleet } from '../fleet/fleet.js'
import { newSendResult, sendByWebSocket, type GatewayMessage } from './send-in-batches.js'
import { withFleet } from './with-fleet.js'

const DEVICES = Number(process.env['DEVICES'] ?? 5000)
const MESSAGES = 3
const GATEWAYS = 4
/** Room for about a fifth of the sessions. */
const SESSIONS_MAX_BYTES = DEVICES * 50
/**
 * Messages in flight for each gateway: a fifth of its devices at most, so that a session is forgotten before its next
 * message is sent, whatever the timing.
 */
const IN_FLIGHT = Math.min(250, Math.floor(DEVICES / GATEWAYS / 5))

/** The sum of a counter over the processes of DSM, and how many of them counted any. */
const countOf = async (fleet: Fleet, metric: string): Promise<{ sum: number, processes: number }> => {
  const counts = await Promise.all(fleet.instances.filter(({ name }) => name === 'dsm').map(async ({ url }) => {
    const text = await (await fetch(`${url}/metrics`)).text()
    return Number(new RegExp(`^${metric}(?:\\{[^}]*\\})? (\\d+)`, 'm').exec(text)?.[1] ?? 0)
  }))
  return { sum: counts.reduce((sum, count) => sum + count, 0), processes: counts.filter(count => count > 0).length }
}

/**
 * 5,000 devices of one producer, each with a session of its own, of which the broker may remember a fifth: everything
 * is sent three times, the first two at the same time, over two WSS1 and two DSM. Nothing may be stored twice, and
 * nothing may be missing.
 */
export const fleetRepeats = () =>
  withFleet(
    { SESSIONS_MAX_BYTES: String(SESSIONS_MAX_BYTES), LOG_MAX_MESSAGES: '1000' },
    async ({ fleet, database }) => {
      const producer = await createAccount(fleet.urls.ap, 'fleet-producer', 'producer')
      /**
       * One gateway's share, all first messages before all second ones, so that each session has long been forgotten
       * when it goes on.
       */
      const share = (gateway: number): GatewayMessage[] =>
        Array.from({ length: MESSAGES }, (_, round) =>
          Array.from({ length: DEVICES }, (_, device) => device)
            .filter(device => device % GATEWAYS === gateway)
            .map(device => ({
              device_id: `device-${device}`,
              session: `session-${device}`,
              seq: round + 1,
              payload: { round }
            }))
        ).flat()
      const total = newSendResult()
      const sendEverything = async () => {
        await Promise.all(
          Array.from(
            { length: GATEWAYS },
            async (_, gateway) => await sendByWebSocket(fleet.urls.producer, producer, share(gateway), IN_FLIGHT, total)
          )
        )
      }
      await Promise.all([sendEverything(), sendEverything()])
      await sendEverything()

      const sql = postgres(database.url, { max: 1, onnotice: () => {} })
      const [stored] = await sql<{ rows: number; names: number }[]>`
    select count(*)::int as rows, count(distinct (device_id, session, seq))::int as names
      from dsm.messages where producer_id = ${producer.user.id}`
      await sql.end()
      const lookups = await countOf(fleet, 'motience_dsm_session_lookups_total')
      const accepted = await countOf(fleet, 'motience_dsm_accepted_messages_total')
      const sums = {
        sent: 3 * DEVICES * MESSAGES,
        acked: total.acked,
        repeats: total.repeats,
        rejected: total.rejected.length,
        'stored twice': stored!.rows - stored!.names,
        lost: DEVICES * MESSAGES - stored!.names
      }
      console.table({
        ...sums,
        'sessions looked up': lookups.sum,
        'processes of DSM that accepted': accepted.processes
      })
      const clean = sums['stored twice'] + sums.lost + sums['rejected'] === 0 && sums.acked === sums.sent
      // Without lookups the bound was never reached, and nothing was shown.
      if (!clean || lookups.sum <= 2 * DEVICES || accepted.processes < 2) process.exitCode = 1
    }, { copies: 2 })
