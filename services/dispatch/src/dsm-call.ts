import type { InternalCaller } from '@motience/kit'
import type { DataBatchResult, Problem } from '@motience/schemas'
import { batchBody } from './batch-body.js'
import { isTransient, type DsmAnswer } from './dsm-answer.js'

/**
 * Outcome of a call to DSM. `answered`: one answer per message, in order. `refused`: DSM will never accept the call as
 * it is. `failed`: DSM may accept it later, after `retryAfterMs` if it said so.
 */
export type CallOutcome =
  | { kind: 'answered', answers: DsmAnswer[] }
  | { kind: 'refused', problem: Problem }
  | { kind: 'failed', reason: string, retryAfterMs?: number }

/** Sends messages as `DataBodySchema` texts, each followed by a comma. Never rejects. */
export type CallDsm = (texts: readonly Buffer[], count: number) => Promise<CallOutcome>

/** Upper bound on the `Retry-After` that DSM can ask for, in milliseconds. */
const MAX_RETRY_AFTER_MS = 2_000

/** Statuses caused by the caller or a temporary condition rather than by the messages in the call. */
const retriedStatuses = new Set([401, 403, 404, 408])

const readJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

const problemOf = (status: number, document: unknown): Problem => {
  const { code, detail, title, errors } = (document ?? {}) as Partial<Problem>
  return {
    type: 'about:blank',
    title: title ?? 'Refused',
    status,
    detail: detail ?? title ?? 'DSM refused the message',
    code: code ?? 'MOT_BAD_INPUT',
    request_id: '',
    ...(errors === undefined
      ? {}
      : { errors: errors.map(({ path, message }) => ({ path: path.replace(/^\/messages\/\d+/, ''), message })) })
  }
}

/** Creates the function that calls DSM through `caller`. */
export const createDsmCall = (caller: InternalCaller): CallDsm => async (texts, count) => {
  let response
  try {
    response = await caller.call({
      method: 'POST',
      path: '/api/data/batch',
      headers: { 'content-type': 'application/json' },
      body: batchBody(texts)
    })
  } catch (error) {
    return { kind: 'failed', reason: (error as Error).message }
  }
  const { status, headers, text } = response
  const document = readJson(text)
  if (status === 200) {
    const results = (document as Partial<DataBatchResult> | null)?.results
    if (Array.isArray(results) && results.length === count) return { kind: 'answered', answers: results }
    return { kind: 'failed', reason: 'DSM did not answer each message' }
  }
  if (status >= 400 && status < 500 && !isTransient({ status }) && !retriedStatuses.has(status)) {
    return { kind: 'refused', problem: problemOf(status, document) }
  }
  const seconds = Number(headers['retry-after'])
  return {
    kind: 'failed',
    reason: `DSM answered ${status}`,
    ...(seconds > 0 ? { retryAfterMs: Math.min(seconds * 1_000, MAX_RETRY_AFTER_MS) } : {})
  }
}
