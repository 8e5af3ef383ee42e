import type { Database } from '@motience/kit'
import type { HistoryQuery } from '@motience/schemas'
import { envelopeText } from '../accept/envelope.js'
import type { Access } from './access.js'
import { isComplete } from './completeness.js'
import { writeCursor } from './page-cursor.js'
import { boundByTime } from './time-bounds.js'
import { rangeOf, readRange } from './history-range.js'
import { readChunks, type HistoryRow } from './read-chunks.js'

/** Maximum characters of one page; a page of long messages contains fewer than requested. */
const MAX_PAGE_CHARACTERS = 8_388_608
const DEFAULT_LIMIT = 100

/** JSON text of one page of history, and its number of messages. */
export interface HistoryPageText { text: string, messages: number }

/** Reads one page. The envelopes are exactly the texts that were published. */
export const readPage = async (
  database: Database,
  producerId: number,
  query: HistoryQuery,
  access: Access
): Promise<HistoryPageText> => {
  const limit = query.limit ?? DEFAULT_LIMIT
  const range = rangeOf(producerId, query, access)
  const rows: HistoryRow[] = []
  let characters = 0
  for await (const chunk of readChunks(database, await boundByTime(database, range), limit + 1)) {
    rows.push(...chunk)
    for (const row of chunk) characters += row.tail.length
    if (characters > MAX_PAGE_CHARACTERS) break
  }
  const cut = rows.length > limit || characters > MAX_PAGE_CHARACTERS
  const items = rows.slice(0, limit)
  const last = cut ? items.at(-1) : undefined
  const complete = await isComplete(database.sql, readRange(range, last), access)
  const next = last === undefined ? 'null' : `"${writeCursor({ end: last, upTo: range.upTo }, producerId, query)}"`
  return {
    text: `{"items":[${items.map(envelopeText).join(',')}],"next_cursor":${next},"complete":${complete}}`,
    messages: items.length
  }
}
