import type { AcceptRequest, AcceptResult } from './broker.js'

/** What the requests of the same producer behind this one are answered; null where they may be accepted. */
export const restAfter = ({ messages }: AcceptRequest, result: AcceptResult): AcceptResult | null => {
  if (result.kind !== 'ok') return result
  return result.outcomes.length < messages.length ? { ...result, outcomes: [] } : null
}
