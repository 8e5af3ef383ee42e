import { decodeIdCursor, pageById } from '@motience/kit'
import type { DevicesQuery } from '@motience/schemas'
import type { Sql } from 'postgres'
import type { Clock } from '../clock.js'
import { likePattern } from '../users/like-pattern.js'
import { isConnected, type DeviceRow } from './device-row.js'
import type { Owner } from './devices.js'

/** One page of devices, in the order of ids. */
export interface DevicePage { rows: DeviceRow[], nextCursor: string | null }

/** Lists devices by name, label and state. Rejects with MOT_BAD_INPUT for an invalid cursor. */
export type ListDevices = (owner: Owner, query: Omit<DevicesQuery, 'user_id'>) => Promise<DevicePage>

export const createListDevices = (sql: Sql, clock: Clock): ListDevices => {
  const hasLabel = (label: string) => {
    const at = label.indexOf('=')
    return at === -1
      ? sql`AND jsonb_exists(d.labels, ${label})`
      : sql`AND d.labels ->> ${label.slice(0, at)} = ${label.slice(at + 1)}`
  }

  const isIn = (state: NonNullable<DevicesQuery['state']>, now: number) => {
    if (state === 'disabled') return sql`AND d.disabled_at IS NOT NULL`
    return state === 'connected'
      ? sql`AND d.disabled_at IS NULL AND ${isConnected(sql, now)}`
      : sql`AND d.disabled_at IS NULL AND NOT ${isConnected(sql, now)}`
  }

  return async (owner, { q, label, state, limit = 100, cursor }) => {
    const now = clock()
    const after = decodeIdCursor(cursor)
    if ([q, label].some(text => text?.includes('\0') === true)) return { rows: [], nextCursor: null }
    const rows = await sql<DeviceRow[]>`
      SELECT d.*, ${isConnected(sql, now)} AS connected FROM ap.devices d
      WHERE d.id > ${after} ${owner === null ? sql`` : sql`AND d.user_id = ${owner}`}
        ${q === undefined ? sql`` : sql`AND d.name ILIKE ${likePattern(q)}`}
        ${label === undefined ? sql`` : hasLabel(label)} ${state === undefined ? sql`` : isIn(state, now)}
      ORDER BY d.id LIMIT ${limit + 1}`
    const { items, nextCursor } = pageById(rows, limit)
    return { rows: items, nextCursor }
  }
}
