import { ProblemError, type Authenticator } from '@motience/kit'
import type { Sessions } from './sessions/sessions.js'
import type { AccessTokens } from './tokens/access-tokens.js'

/**
 * AP's own authenticator. It asks PostgreSQL about every token, so it needs neither the broker nor a call to itself,
 * and knows of every revocation from its commit on. AP holds no connections that would have to be closed for one.
 */
export const createOwnAuthenticator = (tokens: AccessTokens, sessions: Sessions): Authenticator => ({
  async verify (token) {
    const identity = await tokens.read(token)
    if (identity.role === 'service') return identity
    const user = await sessions.living(identity.sid)
    if (user?.id !== identity.userId) throw new ProblemError('MOT_TOKEN_REVOKED', 'The session has ended')
    return identity
  },
  onRevoked: () => () => {},
  ready: async () => {},
  close: async () => {}
})
