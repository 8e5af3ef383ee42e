import type { KeyObject } from 'node:crypto'
import type { Static } from '@sinclair/typebox'
import type { TokenKeys } from '@motience/kit'
import type { JwksSchema } from '@motience/schemas'
import type { Sql } from 'postgres'
import type { Clock } from '../clock.js'
import { leadMs, maintainKeys, type SigningKey } from './key-store.js'
import type { Lifetimes } from './lifetimes.js'
import type { Secrets } from './secrets.js'

export type Jwks = Static<typeof JwksSchema>

/** The keys as this instance knows them. */
export interface Keyring extends Required<TokenKeys> {
  /** The key that signs now. */
  signing (): { kid: string }
  /**
   * The public key of a kid; asks the database about one that it doesn't know, though not more often than every 5 s.
   */
  publicKey (kid: string): Promise<string | null>
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

const spkiPem = (key: KeyObject): string => key.export({ format: 'pem', type: 'spki' }).toString()
const pkcs8Pem = (key: KeyObject): string => key.export({ format: 'pem', type: 'pkcs8' }).toString()

/** Reads the keys, and makes the first one where there is none. */
export const createKeyring = async (
  sql: Sql,
  secrets: Secrets,
  lifetimes: Lifetimes,
  clock: Clock
): Promise<Keyring> => {
  let keys = await maintainKeys(sql, secrets, lifetimes, clock)
  let askedAt = -Infinity

  const refresh = async () => { keys = await maintainKeys(sql, secrets, lifetimes, clock) }
  const find = (kid: string) => keys.find(key => key.kid === kid)

  return {
    signing () {
      const now = clock()
      const able = keys.filter(key => key.privateKey !== null)
      const key = able.findLast(({ signsFrom }) => signsFrom <= now) ?? able[0]
      if (!key) throw new Error('There is no key to sign with')
      return key
    },

    async publicKey (kid) {
      if (!find(kid) && clock() - askedAt >= ASK_AGAIN_MS) {
        askedAt = clock()
        await refresh()
      }
      const key = find(kid)
      return key ? spkiPem(key.publicKey) : null
    },

    async privateKey (kid) {
      const key = find(kid)?.privateKey
      return key ? pkcs8Pem(key) : null
    },

    jwks: () => ({ keys: keys.map(publicJwk) }),
    refresh,
    refreshMs: Math.min(MAX_REFRESH_MS, leadMs(lifetimes) / 3)
  }
}
