import type { Sql } from 'postgres'
import type { Clock } from '../clock.js'
import { CLOCK_MARGIN_MS } from '../tokens/lifetimes.js'
import { KEY_ANSWER_MS } from './end-keys.js'

/** For so long a key that was revoked is answered as such; after that it is unknown. */
const REVOKED_MS = 30 * 24 * 3_600_000

/** Forgets revocations that no answer needs any more, and keys that were revoked long ago; at most `limit` of each. */
export const createForgetKeys = (sql: Sql, clock: Clock) => async (limit: number): Promise<void> => {
  const now = clock()
  await sql`
    DELETE FROM ap.ended_keys WHERE sid IN (
      SELECT sid FROM ap.ended_keys WHERE ended_at < ${new Date(now - KEY_ANSWER_MS - CLOCK_MARGIN_MS)} LIMIT ${limit})`
  await sql`
    DELETE FROM ap.keys WHERE id IN (
      SELECT id FROM ap.keys WHERE revoked_at < ${new Date(now - REVOKED_MS)} LIMIT ${limit})`
}
