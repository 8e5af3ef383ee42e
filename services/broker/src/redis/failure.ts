import { ErrorReply } from 'redis'
import { BrokerUnavailableError } from '../broker.js'

/** Codes of errors that depend on the server's state and not on the command, which may succeed later. */
const TEMPORARY = new Set([
  'READONLY',
  'LOADING',
  'MASTERDOWN',
  'CLUSTERDOWN',
  'TRYAGAIN',
  'NOREPLICAS',
  'MISCONF',
  'OOM',
  'BUSY',
  'EXPIRED',
  'MOVED',
  'ASK',
  'UNBLOCKED'
])

/** First word of an error reply, such as `READONLY`; '' for any other error. */
export const replyCode = (error: unknown): string => error instanceof ErrorReply ? error.message.split(' ', 1)[0]! : ''

/** Converts the error of a command for the broker's callers. Errors of the command itself stay unchanged. */
export const asFailure = (error: unknown): Error => {
  if (error instanceof BrokerUnavailableError) return error
  const code = replyCode(error)
  if (error instanceof ErrorReply && !TEMPORARY.has(code)) return error
  const reason = code === '' ? (error instanceof Error ? error.message : String(error)) : code
  return new BrokerUnavailableError(`Redis is unavailable: ${reason}`, { cause: error })
}
