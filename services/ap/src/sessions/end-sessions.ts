import type { Sql, TransactionSql } from 'postgres'
import type { EndReason } from './session-row.js'

/** Which of a user's sessions end. */
export type Which =
  /** That one. */
  | { only: string }
  /** All but that one. */
  | { except: string }
  | 'all'

const condition = (tx: TransactionSql | Sql, which: Which) => {
  if (which === 'all') return tx``
  if ('only' in which) return tx`AND id = ${which.only}`
  return tx`AND id <> ${which.except}`
}

/**
 * Ends sessions of a user that have not ended yet and notes that the broker is to be told, in one statement: there is
 * no moment at which one is known without the other.
 *
 * @returns how many ended
 */
export const endSessions = async (
  tx: TransactionSql | Sql,
  userId: number,
  which: Which,
  reason: EndReason,
  now: number
): Promise<number> => {
  const noted = await tx`
    WITH ended AS (
      UPDATE ap.sessions SET ended_at = ${new Date(now)}, end_reason = ${reason}
      WHERE user_id = ${userId} AND ended_at IS NULL ${condition(tx, which)}
      RETURNING id, user_id
    )
    INSERT INTO ap.announcements (user_id, session_id) SELECT user_id, id FROM ended`
  return noted.count
}
