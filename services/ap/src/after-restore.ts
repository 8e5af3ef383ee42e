import type { Sql } from 'postgres'

/**
 * So many ids are left out: more users than ever sign up between a backup and its restore. 2,000 restores use them up.
 */
export const SKIPPED_IDS = 1_000_000

/** What `afterRestore` came to. */
export interface AfterRestore { keys: number, endedSessions: number }

/**
 * What has to be done to AP's tables after the database was put back to an older state, while no service runs.
 *
 * Users who signed up after the backup are gone, and their tokens may live for another hour; whoever signs up next
 * would get such a user's id, and with it what the log still has of it. So ids are left out, and the signing keys are
 * dropped: no access token of before is good, and AP makes a new key when it starts. Refresh tokens that the database
 * knows stay good, unless `endSessions` ends those too: sign-outs and password changes after the backup are forgotten
 * with it.
 */
export const afterRestore = async (
  sql: Sql,
  { endSessions = false }: { endSessions?: boolean } = {}
): Promise<AfterRestore> =>
  await sql.begin(async tx => {
    await tx`
      SELECT setval(ids, nextval(ids) + ${SKIPPED_IDS}::bigint)
      FROM (SELECT pg_get_serial_sequence('ap.users', 'id')::regclass AS ids) AS sequence`
    const keys = await tx`DELETE FROM ap.signing_keys`
    const ended = endSessions
      ? await tx`
        WITH ended AS (
          UPDATE ap.sessions SET ended_at = now(), end_reason = 'revoked' WHERE ended_at IS NULL RETURNING id, user_id
        )
        INSERT INTO ap.announcements (user_id, session_id) SELECT user_id, id FROM ended`
      : { count: 0 }
    return { keys: keys.count, endedSessions: ended.count }
  })
