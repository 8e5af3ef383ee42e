import { ProblemError, registerJwt, type Authenticator, type Identity, type ReadToken } from '@motience/kit'
import type { Clock } from './clock.js'
import type { Sessions } from './sessions/sessions.js'
import type { Keyring } from './tokens/keyring.js'
import type { UserRow } from './users/users.js'

/** What AP verifies tokens with. */
export interface OwnAuthenticatorDependencies { keyring: Keyring, sessions: Pick<Sessions, 'living'>, clock: Clock }

/** AP's own authenticator. */
export interface OwnAuthenticator extends Authenticator {
  /** As `verify`, and the user whose token it is; null for a service's. */
  verifyUser (token: string): Promise<{ identity: Identity, user: UserRow | null }>
}

const SESSION_ID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/

/**
 * Asks PostgreSQL about every token, so it needs neither the broker nor a call to itself, and knows of every revocation
 * from its commit on. AP holds no connections that would have to be closed for one.
 */
export const createOwnAuthenticator = ({
  keyring,
  sessions,
  clock
}: OwnAuthenticatorDependencies): OwnAuthenticator => {
  let readToken: ReadToken = async () => {
    throw new Error('The authenticator is registered with no service')
  }

  const verifyUser = async (token: string): Promise<{ identity: Identity; user: UserRow | null }> => {
    const identity = await readToken(token)
    if (identity.expiresAt <= clock()) throw new ProblemError('MOT_TOKEN_EXPIRED')
    if (identity.service !== null) return { identity, user: null }
    if (!SESSION_ID.test(identity.sid)) throw new ProblemError('MOT_UNAUTHORIZED', 'The token is of no session')
    const user = await sessions.living(identity.sid)
    if (user?.id !== identity.userId) throw new ProblemError('MOT_TOKEN_REVOKED', 'The session has ended')
    return { identity, user }
  }

  return {
    register: async app => {
      readToken = await registerJwt(app, keyring)
    },
    verify: async token => (await verifyUser(token)).identity,
    verifyUser,
    onRevoked: () => () => {},
    ready: async () => {},
    close: async () => {}
  }
}
