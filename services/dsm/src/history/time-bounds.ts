import { laterPosition } from '@motience/schemas'
import type { Database } from '@motience/kit'
import { withinTime } from './device-time.js'
import type { HistoryRange } from './history-range.js'

/** Maximum matching messages that are examined; if there are more, reading in log order soon finds some anyway. */
const MAX_MATCHES = 100_000

interface Ends { matches: number, first_epoch: number, first_offset: number, last_epoch: number, last_offset: number }

/**
 * Narrows a range with a time filter to the first and last positions that match it, so that reading in log order does
 * not scan everything before and after them. A range with many matches, or one that is read in the order of time, stays
 * as it is.
 */
export const boundByTime = async ({ sql }: Database, range: HistoryRange): Promise<HistoryRange> => {
  const { producerId, from, to, orderBy } = range
  if (orderBy === 'device' || (from === null && to === null)) return range
  const [ends] = await sql<Ends[]>`
    WITH matching AS MATERIALIZED (
      SELECT epoch, "offset" FROM dsm.messages AS m
      WHERE producer_id = ${producerId} ${withinTime(sql, { from, to })}
      LIMIT ${MAX_MATCHES + 1}
    ), first AS (SELECT epoch, "offset" FROM matching ORDER BY epoch, "offset" LIMIT 1
    ), last AS (SELECT epoch, "offset" FROM matching ORDER BY epoch DESC, "offset" DESC LIMIT 1)
    SELECT (SELECT count(*) FROM matching)::float8 AS matches,
      first.epoch::float8 AS first_epoch, first."offset"::float8 AS first_offset,
      last.epoch::float8 AS last_epoch, last."offset"::float8 AS last_offset
    FROM first CROSS JOIN last`
  if (ends === undefined) return { ...range, after: range.upTo }
  if (ends.matches > MAX_MATCHES) return range
  const before = { epoch: ends.first_epoch, offset: ends.first_offset - 1 }
  const last = { epoch: ends.last_epoch, offset: ends.last_offset }
  return {
    ...range,
    after: laterPosition(range.after, before),
    upTo: laterPosition(last, range.upTo) === last ? range.upTo : last
  }
}
