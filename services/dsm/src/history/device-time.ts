import { readInstant } from '@motience/schemas'
import type { Fragment } from 'postgres'
import type { SqlRunner } from '../storage/messages.js'

/**
 * The device's time, corrected by its clock offset: milliseconds since 1970, and the remaining nanoseconds (0 to
 * 999999).
 */
export interface DeviceTime { ms: number, ns: number }

/** Parses an instant that the schema has checked. */
export const readDeviceTime = (text: string): DeviceTime => {
  const { ms, ns } = readInstant(text)!
  return { ms, ns }
}

/**
 * SQL condition that a message (`m`) is from `from` (inclusive) to `to` (exclusive). The index contains milliseconds
 * only, so they are compared separately.
 */
export const withinTime = (
  sql: SqlRunner,
  { from, to }: { from: DeviceTime | null; to: DeviceTime | null }
): Fragment => sql`
  ${from === null
    ? sql``
    : sql`AND m.at_ms >= ${from.ms} AND (m.at_ms, m.at_ns) >= (${from.ms}::bigint, ${from.ns}::integer)`}
  ${to === null
    ? sql``
    : sql`AND m.at_ms <= ${to.ms} AND (m.at_ms, m.at_ns) < (${to.ms}::bigint, ${to.ns}::integer)`}`
