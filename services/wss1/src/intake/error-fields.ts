import { isTransient, type PendingMessage } from '@motience/dispatch'
import { identifiersOf } from '@motience/kit'
import { problemKinds, type ErrorFrame, type Problem } from '@motience/schemas'

/** Milliseconds after which to send a message again: after a transient refusal, and after an internal error. */
const RETRY_TRANSIENT_MS = 1_000
const RETRY_INTERNAL_MS = 5_000

const retryAfterOf = ({ status, code }: Problem): number | undefined => {
  if (isTransient({ status })) return RETRY_TRANSIENT_MS
  return status >= 500 || !(code in problemKinds) ? RETRY_INTERNAL_MS : undefined
}

/**
 * The fields of an error frame for a message that DSM refused. `messagePath` is the JSON pointer of the message within
 * its frame.
 */
export const errorFields = (
  problem: Problem,
  pending: PendingMessage,
  messagePath: string
): Omit<ErrorFrame, 'type'> => {
  const first = problem.errors?.[0]
  const retryAfterMs = retryAfterOf(problem)
  return {
    code: problem.code,
    message: first?.message ?? problem.detail,
    ...(first === undefined ? {} : { path: `${messagePath}${first.path}` }),
    ...identifiersOf(pending),
    ...(retryAfterMs === undefined ? {} : { retry_after_ms: retryAfterMs })
  }
}
