import { createPrivateKey, createPublicKey, generateKeyPairSync, randomUUID, type KeyObject } from 'node:crypto'
import type { Sql, TransactionSql } from 'postgres'
import type { Clock } from '../clock.js'
import type { Lifetimes } from './lifetimes.js'
import { open, seal, type Secrets } from './secrets.js'

/** One key of `ap.signing_keys`. */
export interface SigningKey {
  kid: string
  publicKey: KeyObject
  /** Null where it was sealed with another SERVICE_SECRET: it verifies, and signs no more. */
  privateKey: KeyObject | null
  /** Milliseconds since 1970 from which it signs. */
  signsFrom: number
}

interface KeyRow { kid: string, public_key: string, sealed: Buffer, signs_from: string }

/** The advisory lock under which keys are made and dropped. */
const KEYS_LOCK = [0x4152, 0] as const

/** A key is published for this long before it signs, or for half its life if that is shorter. */
const LEAD_MS = 15 * 60_000

/** How much longer than its last token an old key is published. */
const KEEP_MS = 24 * 3_600_000

export const leadMs = ({ keyMs }: Lifetimes): number => Math.min(LEAD_MS, keyMs / 2)

const read = async (tx: TransactionSql, keys: Secrets): Promise<SigningKey[]> => {
  const rows = await tx<KeyRow[]>`SELECT * FROM ap.signing_keys ORDER BY signs_from, created_at, kid`
  return rows.map(row => {
    const pkcs8 = open(keys.sealing, row.kid, row.sealed)
    return {
      kid: row.kid,
      publicKey: createPublicKey(row.public_key),
      privateKey: pkcs8 && createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' }),
      signsFrom: Date.parse(row.signs_from)
    }
  })
}

const insert = async (tx: TransactionSql, keys: Secrets, now: number, signsFrom: number): Promise<SigningKey> => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const kid = randomUUID()
  const sealed = seal(keys.sealing, kid, privateKey.export({ format: 'der', type: 'pkcs8' }))
  await tx`
    INSERT INTO ap.signing_keys (kid, public_key, sealed, created_at, signs_from)
    VALUES (${kid}, ${publicKey.export({ format: 'pem', type: 'spki' }).toString()}, ${sealed}, ${new Date(now)},
      ${new Date(signsFrom)})`
  return { kid, publicKey, privateKey, signsFrom }
}

/** Kids of keys whose last token expired long ago: a later one signs since then. */
const outlived = (all: readonly SigningKey[], now: number, { accessMs }: Lifetimes): string[] =>
  all
    .slice(0, -1)
    .filter((_key, index) => (all[index + 1] as SigningKey).signsFrom + accessMs + KEEP_MS < now)
    .map(key => key.kid)

/**
 * Reads the keys, after making what is missing and dropping what is outlived, all under one lock, so that several
 * instances agree: the first key signs at once; the next is made `leadMs` before the present one is `keyMs` old, and
 * signs from that moment on.
 *
 * @returns every key that may have signed a living token, oldest first
 */
export const maintainKeys = async (
  sql: Sql,
  secrets: Secrets,
  lifetimes: Lifetimes,
  clock: Clock
): Promise<SigningKey[]> =>
  await sql.begin(async tx => {
    await tx`SELECT pg_advisory_xact_lock(${KEYS_LOCK[0]}::int, ${KEYS_LOCK[1]}::int)`
    const now = clock()
    const all = await read(tx, secrets)
    const newest = all.findLast(key => key.privateKey)
    if (!newest) {
      all.push(await insert(tx, secrets, now, now))
    } else if (newest.signsFrom + lifetimes.keyMs - leadMs(lifetimes) <= now) {
      all.push(await insert(tx, secrets, now, Math.max(newest.signsFrom + lifetimes.keyMs, now + leadMs(lifetimes))))
    }
    const gone = outlived(all, now, lifetimes)
    if (gone.length > 0) await tx`DELETE FROM ap.signing_keys WHERE kid IN ${tx(gone)}`
    return all.filter(key => !gone.includes(key.kid))
  })
