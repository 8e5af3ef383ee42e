import { ErrorReply } from 'redis'
import { BrokerUnavailableError } from '../broker.js'

/** Refusals that tell of the server's state and not of the command, so that the same may succeed later. */
const STATES = new Set([
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

/** First word of an error reply, such as `READONLY`; '' for every other error. */
export const replyCode = (error: unknown): string => error instanceof ErrorReply ? error.message.split(' ', 1)[0]! : ''

/** Turns what a command failed with into what the broker's callers are told. A refused command stays what it was. */
export const asFailure = (error: unknown): Error => {
  if (error instanceof BrokerUnavailableError) return error
  const code = replyCode(error)
  if (error instanceof ErrorReply && !STATES.has(code)) return error
  const reason = code === '' ? (error instanceof Error ? error.message : String(error)) : code
  return new BrokerUnavailableError(`Redis can't be used now: ${reason}`, { cause: error })
}
