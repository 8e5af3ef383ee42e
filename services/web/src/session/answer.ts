import type { Problem } from '@motience/schemas'

/** A call that was answered with a problem, or not at all. */
export class AnswerError extends Error {
  override name = 'AnswerError'

  /** `status` is 0 and `code` null where there was no answer. */
  constructor (
    message: string,
    readonly status: number,
    readonly code: string | null,
    readonly requestId: string | null
  ) {
    super(message)
  }

  /** Whether the same call would be answered the same again. */
  get final (): boolean { return this.status >= 400 && this.status < 500 && this.status !== 408 && this.status !== 429 }
}

const inWords = (problem: Problem): string => {
  const first = problem.errors?.[0]
  return first === undefined ? problem.detail : `${first.path.replace(/^\//, '')} ${first.message}`
}

/** The error that an answer is, in the platform's own words. */
export const errorOf = (body: unknown, response: Response): AnswerError => {
  const problem = typeof body === 'object' && body !== null ? body as Problem : null
  if (typeof problem?.code !== 'string') {
    return new AnswerError(
      `The platform answered with ${response.status}`,
      response.status,
      null,
      response.headers.get('x-request-id')
    )
  }
  return new AnswerError(inWords(problem), response.status, problem.code, problem.request_id)
}

/** What a typed client got: its data, or the problem as an error. */
export const answered = async <T>(call: Promise<{ data?: T, error?: unknown, response: Response }>): Promise<T> => {
  let result
  try {
    result = await call
  } catch (error) {
    if (error instanceof AnswerError) throw error
    throw new AnswerError('The platform does not answer. Check the network, then try again.', 0, null, null)
  }
  if (!result.response.ok) throw errorOf(result.error, result.response)
  return result.data as T
}
