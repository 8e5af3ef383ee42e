import { ProblemError } from '@motience/kit'
import type { ApiKey, Scope } from '@motience/schemas'
import type { Sql } from 'postgres'
import type { Clock } from '../clock.js'
import { endKeys, sidOfKey } from './end-keys.js'
import { newKey } from './new-key.js'

/** Maximum number of valid API keys of one user. */
export const MAX_API_KEYS = 100

/** What a new API key is made of. `expiresAt` is in milliseconds since 1970. */
export interface NewApiKey { userId: number, name: string, scopes: readonly Scope[], expiresAt: number | null }

/** Keys for programs, in `ap.keys`. */
export interface ApiKeys {
  /** Rejects with MOT_AP_TOO_MANY_KEYS. */
  create (key: NewApiKey): Promise<{ apiKey: ApiKey, text: string }>
  /** The keys that are not revoked, the oldest first; expired ones too. */
  list (userId: number): Promise<ApiKey[]>
  /** Whether the user has such a key; revoked once more changes nothing. The caller publishes. */
  revoke (userId: number, id: string): Promise<boolean>
}

type Row = Omit<ApiKey, 'scopes'> & { scopes: string }

const publicKey = ({ id, name, scopes, created_at: createdAt, expires_at: expiresAt, last_used_at: usedAt }: Row) => ({
  id,
  name,
  scopes: scopes.split(' ') as Scope[],
  created_at: createdAt,
  expires_at: expiresAt,
  last_used_at: usedAt
})

export const createApiKeys = (sql: Sql, clock: Clock): ApiKeys => ({
  create: async ({ userId, name, scopes, expiresAt }) => await sql.begin(async tx => {
    await tx`SELECT 1 FROM ap.users WHERE id = ${userId} FOR NO KEY UPDATE`
    const [count] = await tx<{ n: number }[]>`
      SELECT count(*)::int AS n FROM ap.keys WHERE user_id = ${userId} AND kind = 'api' AND revoked_at IS NULL`
    if (count!.n >= MAX_API_KEYS) {
      throw new ProblemError('MOT_AP_TOO_MANY_KEYS', `A user may have ${MAX_API_KEYS} API keys`)
    }
    const { id, text, secretHash } = newKey('api')
    const [row] = await tx<Row[]>`
      INSERT INTO ap.keys (id, kind, user_id, name, scopes, secret_hash, created_at, expires_at)
      VALUES (${id}, 'api', ${userId}, ${name}, ${scopes.join(' ')}, ${secretHash}, ${new Date(clock())},
        ${expiresAt === null ? null : new Date(expiresAt)})
      RETURNING *`
    return { apiKey: publicKey(row!), text }
  }),

  async list (userId) {
    const rows = await sql<Row[]>`
      SELECT * FROM ap.keys WHERE user_id = ${userId} AND kind = 'api' AND revoked_at IS NULL ORDER BY created_at, id`
    return rows.map(publicKey)
  },

  revoke: async (userId, id) => await sql.begin(async tx => {
    const [row] = await tx<{ revoked_at: string | null }[]>`
      SELECT revoked_at FROM ap.keys WHERE id = ${id} AND user_id = ${userId} AND kind = 'api' FOR UPDATE`
    if (row === undefined) return false
    if (row.revoked_at !== null) return true
    await tx`UPDATE ap.keys SET revoked_at = ${new Date(clock())} WHERE id = ${id}`
    await endKeys(tx, userId, [sidOfKey(id, 0)], clock())
    return true
  })
})
