import type { RefusedKey } from '@motience/schemas'
import { ProblemError } from '../service/problem-error.js'
import type { AskKey } from './ask-keys.js'
import type { Identity } from './authenticator.js'
import { BoundedMap } from './bounded-map.js'
import { identityOfKey } from './key-identity.js'
import { parseKey, type ParsedKey } from './key-text.js'
import type { RevocationList } from './revocations.js'

/** Maximum number of keys that are remembered as good, and as refused. */
export const MAX_GOOD = 50_000
export const MAX_REFUSED = 10_000

/** Milliseconds after which a good key is verified again, so that what its owner may do is seen. */
const GOOD_MS = 300_000

/** Milliseconds for which any answer is believed, whatever the revocations say. */
const FRESH_MS = 1_000

/** Collaborators of `createKeyVerifier`. `now` is the system's clock, `steady` a monotonic one, in milliseconds. */
export interface KeyVerifierDependencies {
  ask: AskKey
  revocations: Pick<RevocationList, 'complete' | 'has'>
  now: () => number
  steady: () => number
}

interface Good { identity: Identity, at: number }

/**
 * Tells whose a key is, without a call for each use. A good key is remembered until it is revoked, expires or is five
 * minutes old; while AP does not answer, an older answer goes on to hold, as long as the revocations are complete.
 * While they are not, AP is asked at most once a second and key. Keys are remembered by their hashes, never as such.
 * Rejects with `MOT_UNAUTHORIZED`, `MOT_TOKEN_EXPIRED`, `MOT_TOKEN_REVOKED`, `MOT_RATE_LIMITED` or `MOT_UNAVAILABLE`.
 */
export const createKeyVerifier = (
  { ask, revocations, now, steady }: KeyVerifierDependencies
): (text: string) => Promise<Identity> => {
  const good = new BoundedMap<string, Good>(MAX_GOOD)
  const refused = new BoundedMap<string, { code: RefusedKey['code'], at: number }>(MAX_REFUSED)
  const asking = new Map<string, Promise<Identity>>()

  const isUsable = ({ identity }: Good): boolean => identity.expiresAt > now() && !revocations.has(identity)

  const verifyAtAp = async (name: string, key: ParsedKey): Promise<Identity> => {
    const result = await ask(key)
    const at = steady()
    if ('code' in result) {
      good.delete(name)
      refused.set(name, { code: result.code, at })
      throw new ProblemError(result.code)
    }
    const identity = identityOfKey(result)
    // It may have been revoked while the answer was on its way.
    if (revocations.has(identity)) throw new ProblemError('MOT_TOKEN_REVOKED')
    good.set(name, { identity, at })
    return identity
  }

  /** Calls with the same key share one question. */
  const askOnce = async (name: string, key: ParsedKey): Promise<Identity> => {
    let answer = asking.get(name)
    if (answer === undefined) {
      answer = verifyAtAp(name, key).finally(() => { asking.delete(name) })
      asking.set(name, answer)
    }
    return await answer
  }

  return async text => {
    const key = parseKey(text)
    if (key === null) throw new ProblemError('MOT_UNAUTHORIZED', 'The key is not valid')
    const name = `${key.kind}:${key.id}:${key.secretHash.toString('base64')}`
    const known = good.get(name)
    const usable = known !== undefined && isUsable(known) ? known : null
    if (usable !== null) {
      const age = steady() - usable.at
      if (age < (revocations.complete ? GOOD_MS : FRESH_MS)) return usable.identity
    } else {
      const refusal = refused.get(name)
      if (refusal !== undefined && steady() - refusal.at < FRESH_MS) throw new ProblemError(refusal.code)
    }
    try {
      return await askOnce(name, key)
    } catch (error) {
      const isDown = error instanceof ProblemError && error.code === 'MOT_UNAVAILABLE'
      if (isDown && usable !== null && revocations.complete && isUsable(usable)) return usable.identity
      throw error
    }
  }
}
