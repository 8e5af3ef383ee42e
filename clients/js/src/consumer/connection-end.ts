import { afterClose } from '@motience/schemas/protocol'
import { RestError } from '../session/rest.js'
import type { ConnectionEnd } from './connection.js'

/** Failed attempts without a reason, as in browsers, after which the token is discarded. */
const SUSPECT_AFTER = 3

/** The end of an attempt that got no token, and why; null if the consumer was closed meanwhile. */
export const endBeforeConnecting = (error: unknown): ConnectionEnd => {
  const end = { status: null, retryAfter: null, openMs: null }
  if (error === null) return { ...end, code: 1000, reason: 'Closed' }
  const retryAfterMs = error instanceof RestError ? error.retryAfterMs : null
  return {
    ...end,
    code: 1006,
    reason: (error as Error).message,
    retryAfter: retryAfterMs === null ? null : String(Math.ceil(retryAfterMs / 1000))
  }
}

/**
 * What to do after the end of a connection, before which `failures` attempts in a row had failed: `login` discards the
 * token.
 */
export const afterEnd = (end: ConnectionEnd, failures: number): 'reconnect' | 'login' | 'stop' => {
  const next = end.status === 403 ? 'stop' : end.status === 401 ? 'login' : afterClose(end.code)
  if (next === 'stop' || next === 'login') return next
  const unexplained = end.openMs === null && end.status === null && (failures + 1) % SUSPECT_AFTER === 0
  return unexplained ? 'login' : 'reconnect'
}
