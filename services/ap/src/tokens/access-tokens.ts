import type { JWT } from '@motience/kit'
import type { AccessClaims, ServiceName } from '@motience/schemas'
import { randomUUID } from 'node:crypto'
import type { Clock } from '../clock.js'
import type { UserRow } from '../users/users.js'
import type { Keyring } from './keyring.js'
import { accessExpiry, type Lifetimes } from './lifetimes.js'

/** Makes access tokens (RFC 9068, signed by Ed25519). */
export interface AccessTokens {
  /** Seconds that a token lives. */
  readonly expiresIn: number
  /** `expiresAt` is in milliseconds since 1970. */
  forUser(
    user: Pick<UserRow, 'id' | 'username' | 'role' | 'device_id'>,
    sid: string,
    expiresAt: number
  ): Promise<string>
  forService(service: ServiceName): Promise<string>
}

/** Signs through the `@fastify/jwt` of AP, which adds what all tokens have in common. */
export const createAccessTokens = (
  jwt: JWT, keyring: Keyring, lifetimes: Lifetimes, clock: Clock
): AccessTokens => {
  const sign = async (
    claims: Omit<AccessClaims, 'iss' | 'aud' | 'jti' | 'iat' | 'exp'>,
    expiresAt: number
  ): Promise<string> => {
    const { kid } = keyring.signing()
    const times = { iat: Math.floor(clock() / 1000), exp: expiresAt / 1000 }
    // a promise, for the key is found by its kid
    return await jwt.sign({ ...claims, ...times }, { kid, jti: randomUUID() })
  }

  return {
    expiresIn: Math.floor(lifetimes.accessMs / 1000),
    forUser: async (user, sid, expiresAt) =>
      await sign(
        { sub: String(user.id), role: user.role, sid, username: user.username, device_id: user.device_id },
        expiresAt
      ),
    forService: async service =>
      await sign({ sub: service, role: 'service', sid: `service:${service}` }, accessExpiry(lifetimes, clock()))
  }
}
