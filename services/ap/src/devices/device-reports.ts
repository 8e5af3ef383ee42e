import type { DeviceReport } from '@motience/schemas'
import type { Sql, TransactionSql } from 'postgres'
import type { Clock } from '../clock.js'
import { keyOfSid } from '../keys/end-keys.js'

/** An instance that has not reported for so long is dead, and its connections are gone. */
export const REPORTER_ALIVE_MS = 60_000

/** What services report of devices: when they were seen, and their connections. */
export interface DeviceReports {
  /** Whether AP knew the instance; if not, it has to report all of its open connections. */
  take (report: DeviceReport): Promise<boolean>
  /** Forgets dead instances, at most `limit`. */
  forget (limit: number): Promise<void>
}

interface Reported { sid: string, device_id: number }

export const createDeviceReports = (sql: Sql, clock: Clock): DeviceReports => {
  const devicesOf = async (tx: TransactionSql, sids: readonly string[]): Promise<Reported[]> => {
    const byKey = new Map<string, string[]>()
    for (const sid of sids) {
      const key = keyOfSid(sid)
      if (key !== null) byKey.set(key, [...byKey.get(key) ?? [], sid])
    }
    if (byKey.size === 0) return []
    const rows = await tx<{ id: string, device_id: number }[]>`
      SELECT id, device_id FROM ap.keys WHERE id IN ${tx([...byKey.keys()])} AND device_id IS NOT NULL`
    return rows.flatMap(row => byKey.get(row.id)!.map(sid => ({ sid, device_id: row.device_id })))
  }

  return {
    take: async ({ instance, seen, opened, closed }) => await sql.begin(async tx => {
      const now = clock()
      const [reporter] = await tx<{ known: boolean }[]>`
        INSERT INTO ap.reporters AS r (id, alive_until) VALUES (${instance}, ${new Date(now + REPORTER_ALIVE_MS)})
        ON CONFLICT (id) DO UPDATE SET alive_until = excluded.alive_until
        RETURNING xmax <> 0 AS known`
      const devices = await devicesOf(tx, [...new Set([...seen, ...opened, ...closed])])
      const deviceOf = new Map(devices.map(device => [device.sid, device.device_id]))
      const connected = [...new Set(opened)].flatMap(sid => {
        const device = deviceOf.get(sid)
        return device === undefined ? [] : [{ reporter: instance, sid, device_id: device }]
      })
      if (closed.length > 0) {
        await tx`DELETE FROM ap.device_connections WHERE reporter = ${instance} AND sid IN ${tx(closed)}`
      }
      if (connected.length > 0) {
        await tx`INSERT INTO ap.device_connections ${tx(connected)} ON CONFLICT (reporter, sid) DO NOTHING`
      }
      const ids = [...new Set(deviceOf.values())]
      if (ids.length > 0) {
        // Instances that report the same devices at once do not wait for each other: one of them is late enough.
        await tx`
          UPDATE ap.devices SET last_seen_at = ${new Date(now)}
          WHERE id IN (SELECT id FROM ap.devices WHERE id IN ${tx(ids)} ORDER BY id FOR NO KEY UPDATE SKIP LOCKED)`
      }
      return reporter!.known
    }),

    async forget (limit) {
      await sql`
        DELETE FROM ap.reporters WHERE id IN (
          SELECT id FROM ap.reporters WHERE alive_until < ${new Date(clock())} LIMIT ${limit})`
    }
  }
}
