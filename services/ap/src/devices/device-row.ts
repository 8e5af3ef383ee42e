import type { Device, Labels } from '@motience/schemas'
import type { Sql, TransactionSql } from 'postgres'

/** A device as the database has it, and whether it is connected. */
export interface DeviceRow {
  id: number
  user_id: number
  name: string
  labels: Labels
  created_at: string
  disabled_at: string | null
  last_seen_at: string | null
  generation: number
  connected: boolean
}

/** Whether a reporter that is alive has a connection of the device `d`. */
export const isConnected = (sql: Sql | TransactionSql, now: number) => sql`
  EXISTS (
    SELECT 1 FROM ap.device_connections c JOIN ap.reporters r ON r.id = c.reporter
    WHERE c.device_id = d.id AND r.alive_until > ${new Date(now)})`

/** The device as clients see it. */
export const publicDevice = (row: DeviceRow): Device => ({
  id: row.id,
  name: row.name,
  labels: row.labels,
  created_at: row.created_at,
  last_seen_at: row.last_seen_at,
  connected: row.connected,
  disabled: row.disabled_at !== null
})
