import {
  identityOfKey, isKey, parseKey, ProblemError, registerJwt, type Authenticator, type Identity, type ReadToken
} from '@motience/kit'
import type { Clock } from './clock.js'
import type { KeyIdentity, User } from '@motience/schemas'
import type { VerifyKeys } from './keys/verify-keys.js'
import type { Sessions } from './sessions/sessions.js'
import type { Keyring } from './tokens/keyring.js'
import { publicUser } from './users/users.js'

/** What AP verifies tokens with. */
export interface OwnAuthenticatorDependencies {
  keyring: Keyring
  sessions: Pick<Sessions, 'living'>
  verifyKeys: VerifyKeys
  clock: Clock
}

/** Whose a token or key is, as AP itself knows it. */
export interface VerifiedUser {
  identity: Identity
  /** Null for a service's token. */
  user: User | null
  /** Null for a token. */
  key: KeyIdentity['key'] | null
}

/** AP's own authenticator. */
export interface OwnAuthenticator extends Authenticator {
  /** As `verify`, and whose token or key it is. */
  verifyUser (token: string): Promise<VerifiedUser>
}

const SESSION_ID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/

/**
 * Asks PostgreSQL about every token, so it needs neither the broker nor a call to itself, and knows of every revocation
 * from its commit on. AP holds no connections that would have to be closed for one.
 */
export const createOwnAuthenticator = ({
  keyring,
  sessions,
  verifyKeys,
  clock
}: OwnAuthenticatorDependencies): OwnAuthenticator => {
  let readToken: ReadToken = async () => {
    throw new Error('The authenticator is registered with no service')
  }

  const verifyKey = async (text: string): Promise<VerifiedUser> => {
    const parsed = parseKey(text)
    if (parsed === null) throw new ProblemError('MOT_UNAUTHORIZED', 'The key is not valid')
    const [result] = await verifyKeys([parsed])
    if (result === undefined || 'code' in result) throw new ProblemError(result?.code ?? 'MOT_UNAUTHORIZED')
    return { identity: identityOfKey(result), user: result.user, key: result.key }
  }

  const verifyUser = async (token: string): Promise<VerifiedUser> => {
    if (isKey(token)) return await verifyKey(token)
    const identity = await readToken(token)
    if (identity.expiresAt <= clock()) throw new ProblemError('MOT_TOKEN_EXPIRED')
    if (identity.service !== null) return { identity, user: null, key: null }
    if (!SESSION_ID.test(identity.sid)) throw new ProblemError('MOT_UNAUTHORIZED', 'The token is of no session')
    const user = await sessions.living(identity.sid)
    if (user?.id !== identity.userId) throw new ProblemError('MOT_TOKEN_REVOKED', 'The session has ended')
    return { identity, user: publicUser(user), key: null }
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
