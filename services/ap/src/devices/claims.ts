import { createHmac } from 'node:crypto'
import { ProblemError } from '@motience/kit'
import type { Claim } from '@motience/schemas'
import type { Sql, TransactionSql } from 'postgres'
import type { Clock } from '../clock.js'
import { newKey, randomText, type NewKey } from '../keys/new-key.js'
import type { Secrets } from '../tokens/secrets.js'
import { checkDeviceCount, insertDevice, insertDeviceKey, lockAccount } from './create-device.js'
import type { DeviceRow } from './device-row.js'

/** How long a claim code can be used. */
export const CLAIM_MS = 15 * 60_000

/** Maximum number of codes of one user that can be used at the same time. */
export const MAX_CLAIMS = 100

/** Letters and digits that nobody takes for another. */
const CODE_ALPHABET = '23456789ABCDEFGHJKMNPQRSTUVWXYZ'
const CODE_LENGTH = 8

/** Maximum length of the part of a device's name that a random ending is added to. */
const MAX_BASE = 48

/** A device that was claimed, with its key. */
export interface ClaimedDevice { device: DeviceRow, key: NewKey }

/** Codes that devices trade for a key. A code is kept as an HMAC: it is too short for a plain hash. */
export interface Claims {
  /** Rejects with MOT_AP_TOO_MANY_CLAIMS. */
  create (claim: { userId: number, name: string | null, uses: number }): Promise<Claim>
  /** Rejects with MOT_AP_CLAIM_INVALID or MOT_AP_TOO_MANY_DEVICES; the code is not used up then. */
  claim (code: string, name: string | null): Promise<ClaimedDevice>
  /** Forgets codes that have expired, at most `limit`. */
  forget (limit: number): Promise<void>
}

interface UsedClaim { user_id: number, name: string | null, uses: number, used: number }

/** Names for a device, in the order in which they are tried: what its owner or it itself chose, then made unique. */
const namesFor = function * ({ name, uses, used }: UsedClaim, proposed: string | null): Iterable<string> {
  const base = (name ?? proposed ?? 'device').slice(0, name === null ? 64 : MAX_BASE)
  yield name !== null && uses > 1 ? `${base}-${used}` : base
  for (let n = 2; n <= 9; n++) yield `${base.slice(0, MAX_BASE)}-${name !== null && uses > 1 ? `${used}-` : ''}${n}`
  for (;;) yield `${base.slice(0, MAX_BASE)}-${newKey('device').id}`
}

export const createClaims = (sql: Sql, secrets: Secrets, clock: Clock, maxDevices: number): Claims => {
  const hashOf = (code: string): Buffer =>
    createHmac('sha256', secrets.claim).update(code.toUpperCase().replaceAll(/[\s-]/g, '')).digest()

  /** Counts one use; of calls at the same time, the row's lock lets exactly as many through as there are uses. */
  const use = async (tx: TransactionSql, code: string): Promise<UsedClaim> => {
    const [claim] = await tx<UsedClaim[]>`
      UPDATE ap.claims c SET used = used + 1 FROM ap.users u
      WHERE c.code_hash = ${hashOf(code)} AND c.used < c.uses AND c.expires_at > ${new Date(clock())}
        AND u.id = c.user_id AND u.disabled_at IS NULL
      RETURNING c.user_id, c.name, c.uses, c.used`
    if (claim === undefined) throw new ProblemError('MOT_AP_CLAIM_INVALID', 'No device can be claimed with this code')
    return claim
  }

  const insertNamed = async (tx: TransactionSql, claim: UsedClaim, proposed: string | null): Promise<DeviceRow> => {
    for (const name of namesFor(claim, proposed)) {
      const device = await insertDevice(tx, { userId: claim.user_id, name, labels: {} }, clock())
      if (device !== null) return device
    }
    throw new Error('No name was left')
  }

  return {
    create: async ({ userId, name, uses }) => await sql.begin(async tx => {
      await lockAccount(tx, userId)
      const [count] = await tx<{ n: number }[]>`
        SELECT count(*)::int AS n FROM ap.claims
        WHERE user_id = ${userId} AND used < uses AND expires_at > ${new Date(clock())}`
      if (count!.n >= MAX_CLAIMS) {
        throw new ProblemError('MOT_AP_TOO_MANY_CLAIMS', `A user may have ${MAX_CLAIMS} claim codes at a time`)
      }
      const code = randomText(CODE_ALPHABET, CODE_LENGTH)
      const expiresAt = new Date(clock() + CLAIM_MS)
      await tx`
        INSERT INTO ap.claims (code_hash, user_id, name, uses, expires_at)
        VALUES (${hashOf(code)}, ${userId}, ${name}, ${uses}, ${expiresAt})`
      return { code, expires_at: expiresAt.toISOString(), uses }
    }),

    claim: async (code, proposed) => await sql.begin(async tx => {
      const claim = await use(tx, code)
      await lockAccount(tx, claim.user_id)
      await checkDeviceCount(tx, claim.user_id, maxDevices)
      const device = await insertNamed(tx, claim, proposed)
      return { device, key: await insertDeviceKey(tx, device, clock()) }
    }),

    async forget (limit) {
      await sql`
        DELETE FROM ap.claims WHERE code_hash IN (
          SELECT code_hash FROM ap.claims WHERE expires_at < ${new Date(clock())} LIMIT ${limit})`
    }
  }
}
