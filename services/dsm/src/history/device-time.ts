import { readInstant } from '@motience/schemas'
import type { Fragment } from 'postgres'
import type { SqlRunner } from '../storage/messages.js'

/**
 * The device's time, corrected by its clock offset: milliseconds since 1970, and the nanoseconds beyond (0 to 999999).
 */
export interface DeviceTime { ms: number, ns: number }

/** Reads an instant that the schema checked. */
export const readDeviceTime = (text: string): DeviceTime => {
  const { ms, ns } = readInstant(text)!
  return { ms, ns }
}

/**
 * The condition that a message (`m`) is of a time from `from` on, before `to`. The index knows the milliseconds alone.
 */
export const withinTime = (
  sql: SqlRunner,
  { from, to }: { from: DeviceTime | null; to: DeviceTime | null }
): Fragment => sql`
  ${from === null ? sql`` : sql`AND m.at_ms >= ${from.ms} AND (m.at_ms, m.at_ns) >= (${from.ms}::bigint, ${from.ns}::integer)`}
  ${to === null ? sql`` : sql`AND m.at_ms <= ${to.ms} AND (m.at_ms, m.at_ns) < (${to.ms}::bigint, ${to.ns}::integer)`}`
