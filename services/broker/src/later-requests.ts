import type { AcceptRequest, AcceptResult } from './broker.js'

/** Result for later requests of the same producer; null if they may be accepted. */
export const resultForLaterRequests = ({ messages }: AcceptRequest, result: AcceptResult): AcceptResult | null => {
  if (result.kind !== 'ok') return result
  return result.outcomes.length < messages.length ? { ...result, outcomes: [] } : null
}
