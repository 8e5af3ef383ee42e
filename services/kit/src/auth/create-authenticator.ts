import { Agent } from 'undici'
import type { Broker } from '@motience/broker'
import { createInternalCaller } from '../http/internal-call.js'
import { ProblemError } from '../service/problem-error.js'
import type { Logger } from '../service/service-app.js'
import { createAskAp } from './ask-ap.js'
import type { Authenticator } from './authenticator.js'
import { createAskKeys } from './ask-keys.js'
import { isKey } from './key-text.js'
import { createKeyVerifier } from './key-verifier.js'
import { registerJwt, type ReadToken } from './jwt.js'
import { createKeySource } from './keys.js'
import { followRevocations } from './revocations.js'
import type { ServiceTokens } from './service-tokens.js'

/** Options of an authenticator. */
export interface AuthenticatorOptions {
  apUrl: string
  broker: Broker
  /** The service's own tokens, with which it has keys verified. */
  tokens: ServiceTokens
  logger?: Logger
  /** Milliseconds since 1970; the system's clock by default. */
  now?: () => number
}

/**
 * Verifies access tokens without a call for each: by AP's signing keys, then by the revocations in force, which the
 * broker publishes. While it may not know all of those, each token is checked with AP, except services' own tokens,
 * which are never revoked. Device keys and API keys are verified by AP and then remembered (`createKeyVerifier`).
 */
export const createAuthenticator = (options: AuthenticatorOptions): Authenticator => {
  const { apUrl, broker, tokens, logger, now = Date.now } = options
  const dispatcher = new Agent({ connections: 16, connect: { timeout: 2_000 } })
  const keys = createKeySource({ apUrl, dispatcher, logger })
  const ask = createAskAp(apUrl, dispatcher)
  const revocations = followRevocations(broker, logger)
  const ap = createInternalCaller({ name: 'AP', url: apUrl, tokens, connections: 1 })
  const verifyKey = createKeyVerifier({
    ask: createAskKeys(ap), revocations, now, steady: () => performance.now()
  })
  let readToken: ReadToken = async () => { throw new Error('The authenticator is registered with no service') }

  return {
    register: async app => { readToken = await registerJwt(app, keys) },
    verify: async token => {
      if (isKey(token)) return await verifyKey(token)
      const identity = await readToken(token)
      if (identity.expiresAt <= now()) throw new ProblemError('MOT_TOKEN_EXPIRED')
      if (revocations.has(identity)) throw new ProblemError('MOT_TOKEN_REVOKED')
      if (!revocations.complete && identity.role !== 'service') await ask(token)
      return identity
    },
    onRevoked: handler => revocations.onRevoked(handler),
    ready: async () => { await keys.ready() },
    close: async () => {
      revocations.close()
      await Promise.all([dispatcher.destroy(), ap.close()])
    }
  }
}
