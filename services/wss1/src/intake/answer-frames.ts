import { problemKinds, type Accepted, type ErrorFrame, type Problem } from '@motience/schemas'
import type { Answer, PendingMessage } from '../dispatch/pending-message.js'

/** Milliseconds after which a message may be sent again that DSM could not take now, or failed on. */
const RETRY_AFTER_MS = 1_000
const RETRY_FAILED_MS = 5_000

/** Whether a problem may be gone when the same is tried again, by its status. */
export const isTransient = ({ status }: Pick<Problem, 'status'>): boolean => status === 429 || status === 503

export const isRefusal = (answer: Answer): answer is { error: Problem } => 'error' in answer

/** `id` and `seq` of a message, where it has them. */
export const identifiersOf = ({
  id, seq
}: {
  id?: string | undefined
  seq?: number | undefined
}): Pick<ErrorFrame, 'id' | 'seq'> => ({
  ...(id === undefined ? {} : { id }),
  ...(seq === undefined ? {} : { seq })
})

const retryAfter = ({ status, code }: Problem): number | undefined => {
  if (isTransient({ status })) return RETRY_AFTER_MS
  return status >= 500 || !(code in problemKinds) ? RETRY_FAILED_MS : undefined
}

/** What an error frame says of a message that DSM refused. `within` is the JSON pointer of the message in its frame. */
export const errorFields = (problem: Problem, pending: PendingMessage, within: string): Omit<ErrorFrame, 'type'> => {
  const first = problem.errors?.[0]
  const retryAfterMs = retryAfter(problem)
  return {
    code: problem.code,
    message: first?.message ?? problem.detail,
    ...(first === undefined ? {} : { path: `${within}${first.path}` }),
    ...identifiersOf(pending),
    ...(retryAfterMs === undefined ? {} : { retry_after_ms: retryAfterMs })
  }
}

/** The fields of an ack, as JSON without its braces. */
export const ackFields = (accepted: Accepted, { id, seq }: PendingMessage): string => {
  let text = `"subscriberCount":${accepted.subscriberCount},"epoch":${accepted.epoch},"offset":${accepted.offset}`
  if (id !== undefined) text += `,"id":${JSON.stringify(id)}`
  if (seq !== undefined) text += `,"seq":${seq}`
  if (accepted.duplicate) text += ',"duplicate":true'
  if (accepted.received_at !== undefined) text += `,"received_at":${JSON.stringify(accepted.received_at)}`
  return text
}
