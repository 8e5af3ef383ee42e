import type { TransactionSql } from 'postgres'

/** For so long a service may use an answer about a key, at most: see `KeyIdentity.expires_at`. */
export const KEY_ANSWER_MS = 24 * 3_600_000

/** What the answers about a key are revoked by: the key, and the state of its device that they are of. */
export const sidOfKey = (id: string, generation: number): string => `key:${id}:${generation}`

/** The id of the key of a `sid`; null for one of a session. */
export const keyOfSid = (sid: string): string | null => /^key:([a-z0-9]{12}):\d+$/.exec(sid)?.[1] ?? null

/**
 * Notes that what services remember of keys is void, and that the broker is to be told, in the transaction that makes
 * it so.
 */
export const endKeys = async (
  tx: TransactionSql, userId: number, sids: readonly string[], now: number
): Promise<void> => {
  if (sids.length === 0) return
  const endedAt = new Date(now)
  await tx`
    INSERT INTO ap.ended_keys ${tx(sids.map(sid => ({ sid, user_id: userId, ended_at: endedAt })))}
    ON CONFLICT (sid) DO NOTHING`
  await tx`INSERT INTO ap.announcements ${tx(sids.map(sid => ({ user_id: userId, key_sid: sid })))}`
}
