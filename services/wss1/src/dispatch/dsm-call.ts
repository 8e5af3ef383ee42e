import type { InternalCaller } from '@motience/kit'
import type { DataBatchResult, Problem } from '@motience/schemas'
import type { Answer } from './pending-message.js'
import { isTransient } from '../intake/answer-frames.js'

/**
 * What became of a call to DSM. `answered`: an answer to each message, in order. `refused`: DSM will never take the
 * call as it is. `failed`: it may take it later, after `retryAfterMs` if DSM said so.
 */
export type CallOutcome =
  | { kind: 'answered', answers: Answer[] }
  | { kind: 'refused', problem: Problem }
  | { kind: 'failed', reason: string, retryAfterMs?: number }

/** Sends messages, the texts of `DataBodySchema`s each followed by a comma. Never rejects. */
export type CallDsm = (texts: readonly Buffer[], count: number) => Promise<CallOutcome>

/** Longest wait that DSM can ask for, in milliseconds. */
const MAX_RETRY_AFTER_MS = 2_000

const HEAD = Buffer.from('{"messages":[')
const TAIL = Buffer.from(']}')

/** The body of `POST /api/data/batch`. */
const bodyOf = (texts: readonly Buffer[]): Buffer => {
  const body = Buffer.concat([HEAD, ...texts, TAIL])
  // the last text's comma makes room for the tail
  const end = body.length - TAIL.length - 1
  TAIL.copy(body, end)
  return body.subarray(0, end + TAIL.length)
}

const readJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** Statuses of a call that says more of the caller or of the moment than of the messages in it. */
const notOfTheMessages = new Set([401, 403, 404, 408])

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

/** Calls DSM by way of `caller`. */
export const createDsmCall = (caller: InternalCaller): CallDsm => async (texts, count) => {
  let answer
  try {
    answer = await caller.call({
      method: 'POST',
      path: '/api/data/batch',
      headers: { 'content-type': 'application/json' },
      body: bodyOf(texts)
    })
  } catch (error) {
    return { kind: 'failed', reason: (error as Error).message }
  }
  const { status, headers, text } = answer
  const document = readJson(text)
  if (status === 200) {
    const results = (document as Partial<DataBatchResult> | null)?.results
    if (Array.isArray(results) && results.length === count) return { kind: 'answered', answers: results }
    return { kind: 'failed', reason: 'DSM did not answer each message' }
  }
  if (status >= 400 && status < 500 && !isTransient({ status }) && !notOfTheMessages.has(status)) { return { kind: 'refused', problem: problemOf(status, document) } }
  const seconds = Number(headers['retry-after'])
  return {
    kind: 'failed',
    reason: `DSM answered ${status}`,
    ...(seconds > 0 ? { retryAfterMs: Math.min(seconds * 1_000, MAX_RETRY_AFTER_MS) } : {})
  }
}
