import type { KeyObject } from 'node:crypto'
import type { Static } from '@sinclair/typebox'
import type { JwksSchema } from '@motience/schemas'
import type { Sql } from 'postgres'
import type { Clock } from '../clock.js'
import { leadMs, maintainKeys, type SigningKey } from './key-store.js'
import type { Lifetimes } from './lifetimes.js'
import type { Secrets } from './secrets.js'

export type Jwks = Static<typeof JwksSchema>

/** The keys as this instance knows them. */
export interface Keyring {
  /** The key that signs now. */
  signing (): { kid: string, privateKey: KeyObject }
  /** The public key of a kid; asks the database about one that it doesn't know, though not more often than every 5 s. */
  verifying (kid: string): Promise<KeyObject | null>
  /** Every published key (RFC 7517, RFC 8037). */
  jwks (): Jwks
  /** Reads the keys again, and makes the next one when it is due. */
  refresh (): Promise<void>
  /** Milliseconds after which `refresh` is due. */
  readonly refreshMs: number
}

const MAX_REFRESH_MS = 60_000
const ASK_AGAIN_MS = 5_000

const publicJwk = ({ kid, publicKey }: SigningKey): Jwks['keys'][number] => {
  const { kty, crv, x } = publicKey.export({ format: 'jwk' })
  return { kty: String(kty), crv: String(crv), x: String(x), kid, alg: 'EdDSA', use: 'sig' }
}

/** Reads the keys, and makes the first one where there is none. */
export const createKeyring = async (sql: Sql, secrets: Secrets, lifetimes: Lifetimes, clock: Clock): Promise<Keyring> => {
  let keys = await maintainKeys(sql, secrets, lifetimes, clock)
  let askedAt = -Infinity

  const refresh = async () => { keys = await maintainKeys(sql, secrets, lifetimes, clock) }
  const find = (kid: string) => keys.find(key => key.kid === kid)?.publicKey

  return {
    signing () {
      const now = clock()
      const able = keys.filter((key): key is SigningKey & { privateKey: KeyObject } => key.privateKey !== null)
      const key = able.findLast(({ signsFrom }) => signsFrom <= now) ?? able[0]
      if (!key) throw new Error('There is no key to sign with')
      return key
    },

    async verifying (kid) {
      const known = find(kid)
      if (known) return known
      if (clock() - askedAt < ASK_AGAIN_MS) return null
      askedAt = clock()
      await refresh()
      return find(kid) ?? null
    },

    jwks: () => ({ keys: keys.map(publicJwk) }),
    refresh,
    refreshMs: Math.min(MAX_REFRESH_MS, leadMs(lifetimes) / 3)
  }
}
