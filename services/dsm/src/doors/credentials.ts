import type { FastifyRequest } from 'fastify'

/** The key or access token in the forms that clients of other systems use, except Bearer; null if there is none. */
const credentialOf = (authorization: string): string | null => {
  const [, scheme = '', value = ''] = /^(token|basic) +(\S+) *$/i.exec(authorization) ?? []
  switch (scheme.toLowerCase()) {
    // InfluxDB 2 sends a token, compatible clients of version 1 `user:password`. Neither keys nor tokens have colons.
    case 'token': return value.slice(value.lastIndexOf(':') + 1)
    case 'basic': {
      const pair = Buffer.from(value, 'base64').toString()
      return pair.slice(pair.indexOf(':') + 1)
    }
    default: return null
  }
}

/**
 * An `onRequest` hook for doors, before the guard: takes the credential from `Authorization: Token` or from the
 * password of `Authorization: Basic`, whatever the user name, and hands it to the guard as a Bearer token.
 */
export const takeCredentials = async ({ headers }: FastifyRequest): Promise<void> => {
  const credential = credentialOf(headers.authorization ?? '')
  if (credential !== null) headers.authorization = `Bearer ${credential}`
}

/** Likewise; a request without `Authorization` may also carry the credential in `p`, as version 1 of InfluxDB. */
export const takeQueryCredentials = async (request: FastifyRequest): Promise<void> => {
  await takeCredentials(request)
  const { p } = request.query as Record<string, unknown>
  if (request.headers.authorization === undefined && typeof p === 'string') {
    request.headers.authorization = `Bearer ${p}`
  }
}
