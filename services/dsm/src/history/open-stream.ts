import { Readable } from 'node:stream'
import type { Database } from '@motience/kit'
import type { HistoryQuery } from '@motience/schemas'
import type { DsmMetrics } from '../metrics.js'
import type { Access } from './access.js'
import { isComplete } from './completeness.js'
import type { StreamFormat } from './stream-formats.js'
import { boundByTime } from './time-bounds.js'
import { rangeOf, readRange, type HistoryRange } from './history-range.js'
import { readChunks } from './read-chunks.js'

/** A stream of everything that a query requests, and whether it is complete. */
export interface HistoryStream { body: Readable, complete: boolean }

/**
 * Streams a range, up to the query's `limit` if it has one. Messages are read at the client's pace, and reading stops
 * when it disconnects. An error while reading destroys the stream.
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
  const complete = await isComplete(database.sql, readRange(range, undefined), access)
  const texts = async function * (part: HistoryRange): AsyncGenerator<string, void, undefined> {
    if (format.head !== '') yield format.head
    for await (const rows of readChunks(database, part, query.limit ?? Infinity)) {
      metrics.historyMessages.inc(rows.length)
      yield rows.map(format.write).join('')
    }
  }
  return { body: Readable.from(texts(await boundByTime(database, range))), complete }
}
