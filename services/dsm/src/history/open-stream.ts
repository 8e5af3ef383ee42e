import { Readable } from 'node:stream'
import type { Database } from '@motience/kit'
import type { HistoryQuery } from '@motience/schemas'
import type { DsmMetrics } from '../metrics.js'
import type { Access } from './access.js'
import { isComplete } from './completeness.js'
import type { StreamFormat } from './stream-formats.js'
import { narrowByTime } from './time-bounds.js'
import { rangeOf, readPart, type HistoryRange } from './history-range.js'
import { readChunks } from './read-chunks.js'

/** A stream of everything that a query asks for, and whether all of it is there. */
export interface HistoryStream { body: Readable, complete: boolean }

/**
 * Streams a range, all of it or the query's `limit`. The next messages are read when the client has taken those before;
 * a client that goes away ends the reading. A failure on the way breaks the stream off.
 */
export const openStream = async (
  database: Database,
  producerId: number,
  query: HistoryQuery,
  access: Access,
  format: StreamFormat,
  metrics: Pick<DsmMetrics, 'historyMessages'>
): Promise<HistoryStream> => {
  const range = rangeOf(producerId, query, access)
  const complete = await isComplete(database.sql, readPart(range, undefined), access)
  const texts = async function * (part: HistoryRange): AsyncGenerator<string, void, undefined> {
    if (format.head !== '') yield format.head
    for await (const rows of readChunks(database, part, query.limit ?? Infinity)) {
      metrics.historyMessages.inc(rows.length)
      yield rows.map(format.write).join('')
    }
  }
  return { body: Readable.from(texts(await narrowByTime(database, range))), complete }
}
