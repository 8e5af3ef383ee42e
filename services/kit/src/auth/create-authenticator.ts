import type { JWTVerifyGetKey } from 'jose'
import { Agent } from 'undici'
import type { Broker } from '../broker/broker.js'
import { ProblemError } from '../service/problem-error.js'
import type { Logger } from '../service/service-app.js'
import { createAskAp, type AskAp } from './ask-ap.js'
import type { Authenticator, Identity } from './authenticator.js'
import { BoundedMap } from './bounded-map.js'
import { createKeySource } from './keys.js'
import { followRevocations } from './revocations.js'
import { verifyToken } from './verify-token.js'

/** Most verified tokens that are remembered, so that a signature is checked once. */
const MAX_IDENTITIES = 20_000

/** What an authenticator is made of. AP gives its own `getKey` and `ask`; the others are told where AP is. */
export interface AuthenticatorOptions {
  apUrl: string
  broker: Broker
  logger?: Logger
  /** Instead of AP's JWKS. */
  getKey?: JWTVerifyGetKey
  /** Instead of `POST /api/auth/verify`. */
  ask?: AskAp
  /** Milliseconds since 1970; the system's clock by default. */
  now?: () => number
}

/**
 * Verifies access tokens without a call for each: by AP's keys, and by the revocations that the broker tells of. While
 * it isn't sure to know all of those, each token is checked with AP; a service's own token is not, for such are
 * never revoked.
 */
export const createAuthenticator = (options: AuthenticatorOptions): Authenticator => {
  const { apUrl, broker, logger, now = Date.now } = options
  const dispatcher = new Agent({ connections: 16, connect: { timeout: 2_000 } })
  const keys = options.getKey === undefined
    ? createKeySource({ apUrl, dispatcher, logger })
    : { getKey: options.getKey, ready: async () => {} }
  const ask = options.ask ?? createAskAp(apUrl, dispatcher)
  const identities = new BoundedMap<string, Identity>(MAX_IDENTITIES)
  const revocations = followRevocations(broker, logger)

  const identify = async (token: string): Promise<Identity> => {
    const known = identities.get(token)
    if (known !== undefined) return known
    const identity = await verifyToken(token, keys.getKey)
    identities.set(token, identity)
    return identity
  }

  return {
    verify: async token => {
      const identity = await identify(token)
      if (identity.expiresAt <= now()) {
        identities.delete(token)
        throw new ProblemError('MOT_TOKEN_EXPIRED')
      }
      if (revocations.has(identity)) throw new ProblemError('MOT_TOKEN_REVOKED')
      if (!revocations.complete && identity.role !== 'service') await ask(token)
      return identity
    },
    onRevoked: handler => revocations.onRevoked(handler),
    ready: async () => { await keys.ready() },
    close: async () => {
      revocations.close()
      identities.clear()
      await dispatcher.destroy()
    }
  }
}
