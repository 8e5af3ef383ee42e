import { RestError } from './rest.js'
import type { AccessToken, TokenSession } from './tokens.js'

/**
 * The platform answers for a key for 22 to 24 hours at a time; a connection that receives the key again within that
 * stays open.
 */
const RENEW_MS = 12 * 3_600_000

/**
 * A session by a device key or an API key (`mot_d_…`, `mot_k_…`): nothing is signed in or refreshed, and once the
 * platform has refused the key, `get` rejects with a final `RestError`.
 */
export const createKeySession = (key: string): TokenSession => {
  const token: AccessToken = { token: key, expiresAt: Infinity, userId: 0, username: '' }
  const handlers = new Set<(token: AccessToken) => void>()
  let refused = false
  const timer = setInterval(() => { for (const handler of handlers) handler(token) }, RENEW_MS)
  // In Node, timers keep the process alive; in browsers, they are numbers.
  if (typeof timer === 'object' && 'unref' in timer) timer.unref()

  return {
    isKey: true,
    get: async () => {
      if (refused) {
        throw new RestError('The platform refused the key: it is wrong, revoked or expired', {
          status: 401, code: 'MOT_UNAUTHORIZED'
        })
      }
      return token
    },
    invalidate: () => { refused = true },
    onRenewed: handler => {
      handlers.add(handler)
      return () => { handlers.delete(handler) }
    },
    logout: async () => {},
    close: () => { clearInterval(timer) }
  }
}
