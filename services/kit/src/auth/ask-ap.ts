import { request, type Dispatcher } from 'undici'
import { ProblemError } from '../service/problem-error.js'
import { BoundedMap } from './bounded-map.js'

/** Timeout of a request to AP, in milliseconds. */
const ASK_MS = 2_000

/** Milliseconds for which a response of AP is cached, and the maximum number of cached ones. */
export const ANSWER_MS = 1_000
const MAX_ANSWERS = 10_000

/**
 * Resolves if AP considers the token valid; rejects with a `ProblemError` otherwise, with `MOT_UNAVAILABLE` if AP is
 * unreachable.
 */
export type AskAp = (token: string) => Promise<void>

const refusals = {
  MOT_TOKEN_EXPIRED: 'MOT_TOKEN_EXPIRED',
  MOT_TOKEN_REVOKED: 'MOT_TOKEN_REVOKED',
  MOT_AP_USER_DISABLED: 'MOT_TOKEN_REVOKED'
} as const

const ask = async (url: string, token: string, dispatcher: Dispatcher): Promise<void> => {
  const answer = await request(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token }),
    signal: AbortSignal.timeout(ASK_MS),
    dispatcher
  })
  const document = await answer.body.json() as { code?: string }
  if (answer.statusCode === 200) return
  if (answer.statusCode !== 401 && answer.statusCode !== 403) throw new Error(`AP answered ${answer.statusCode}`)
  throw new ProblemError(refusals[document.code as keyof typeof refusals] ?? 'MOT_UNAUTHORIZED')
}

/**
 * Calls `POST <apUrl>/api/auth/verify`; calls for the same token within a second share one response, whatever it was.
 */
export const createAskAp = (apUrl: string, dispatcher: Dispatcher): AskAp => {
  const answers = new BoundedMap<string, { at: number, answer: Promise<void> }>(MAX_ANSWERS)
  return async token => {
    const kept = answers.get(token)
    if (kept !== undefined && performance.now() - kept.at < ANSWER_MS) return await kept.answer
    const answer = ask(`${apUrl}/api/auth/verify`, token, dispatcher).catch((error: unknown) => {
      if (error instanceof ProblemError) throw error
      throw new ProblemError('MOT_UNAVAILABLE', 'Tokens can\'t be verified now', { retryAfterSecs: 1, cause: error })
    })
    answers.set(token, { at: performance.now(), answer })
    await answer
  }
}
