import { timingSafeEqual } from 'node:crypto'
import type { KeyIdentity, KeyKind, RefusedKey, Role, Scope } from '@motience/schemas'
import type { ParsedKey } from '@motience/kit'
import type { Sql } from 'postgres'
import type { Clock } from '../clock.js'
import { publicUser } from '../users/users.js'
import { KEY_ANSWER_MS, sidOfKey } from './end-keys.js'

/** Verifies keys: one result for each, in order. */
export type VerifyKeys = (keys: readonly ParsedKey[]) => Promise<(KeyIdentity | RefusedKey)[]>

interface FoundKey {
  key_id: string
  kind: KeyKind
  scopes: string
  secret_hash: Buffer
  key_expires_at: string | null
  revoked_at: string | null
  last_used_at: string | null
  device_name: string | null
  device_disabled_at: string | null
  generation: number
  id: number
  username: string
  role: Exclude<Role, 'service'>
  device_id: string | null
  created_at: string
  disabled_at: string | null
}

/** Compared with where there is no such key, so that an unknown id takes the same time as a wrong secret. */
const NO_HASH = Buffer.alloc(32)

/** `last_used_at` is written this often at most. */
const USED_EVERY_MS = 60_000

/** Answers expire a random while before the longest time, so that a fleet does not come back at once. */
const SPREAD_MS = 2 * 3_600_000

const refused = (code: RefusedKey['code']): RefusedKey => ({ code })

export const createVerifyKeys = (sql: Sql, clock: Clock, random: () => number = Math.random): VerifyKeys => {
  const identityOf = (key: FoundKey, now: number): KeyIdentity | RefusedKey => {
    if (key.revoked_at !== null || key.device_disabled_at !== null || key.disabled_at !== null) {
      return refused('MOT_TOKEN_REVOKED')
    }
    const keyExpiry = key.key_expires_at === null ? Infinity : Date.parse(key.key_expires_at)
    if (keyExpiry <= now) return refused('MOT_TOKEN_EXPIRED')
    return {
      sid: sidOfKey(key.key_id, key.generation),
      user: publicUser(key),
      key: {
        id: key.key_id,
        kind: key.kind,
        scopes: key.scopes.split(' ') as Scope[],
        device_id: key.device_name
      },
      expires_at: new Date(Math.min(keyExpiry, now + KEY_ANSWER_MS - random() * SPREAD_MS)).toISOString()
    }
  }

  /** Rows that another call has locked are left to it, so that two calls never wait for each other. */
  const markUsed = async (ids: readonly string[], now: number): Promise<void> => {
    if (ids.length === 0) return
    await sql`
      UPDATE ap.keys SET last_used_at = ${new Date(now)}
      WHERE id IN (SELECT id FROM ap.keys WHERE id IN ${sql(ids)} ORDER BY id FOR NO KEY UPDATE SKIP LOCKED)`
  }

  return async asked => {
    const ids = [...new Set(asked.map(({ id }) => id))]
    const rows = await sql<FoundKey[]>`
      SELECT k.id AS key_id, k.kind, k.scopes, k.secret_hash, k.expires_at AS key_expires_at, k.revoked_at,
        k.last_used_at, d.name AS device_name, d.disabled_at AS device_disabled_at,
        coalesce(d.generation, 0) AS generation,
        u.id, u.username, u.role, u.device_id, u.created_at, u.disabled_at
      FROM ap.keys k JOIN ap.users u ON u.id = k.user_id LEFT JOIN ap.devices d ON d.id = k.device_id
      WHERE k.id IN ${sql(ids)}`
    const found = new Map(rows.map(row => [row.key_id, row]))
    const now = clock()
    const used = new Set<string>()
    const results = asked.map(({ id, kind, secretHash }) => {
      const row = found.get(id)
      const isSame = timingSafeEqual(row?.secret_hash ?? NO_HASH, secretHash)
      if (row === undefined || !isSame || row.kind !== kind) return refused('MOT_UNAUTHORIZED')
      const result = identityOf(row, now)
      const lastUsed = row.last_used_at === null ? -Infinity : Date.parse(row.last_used_at)
      if (!('code' in result) && now - lastUsed >= USED_EVERY_MS) used.add(id)
      return result
    })
    await markUsed([...used], now)
    return results
  }
}
