import type { Problem } from '@motience/schemas'

/** A failed REST call: a problem response, or no response at all. */
export class ApiError extends Error {
  override name = 'AnswerError'

  /** Without a response, `status` is 0 and `code` is null. */
  constructor (
    message: string,
    readonly status: number,
    readonly code: string | null,
    readonly requestId: string | null
  ) {
    super(message)
  }

  /** Whether a retry would fail again. */
  get final (): boolean { return this.status >= 400 && this.status < 500 && this.status !== 408 && this.status !== 429 }
}

const labels: Record<string, string> = { username: 'Username', password: 'Password', device_id: 'Device name' }

const messageOf = (problem: Problem): string => {
  const [first] = problem.errors ?? []
  if (first === undefined) return problem.detail
  const field = first.path.replace(/^\//, '')
  const label = labels[field] ?? field
  // The validator quotes the regular expression, which helps nobody at a form.
  return first.message.includes(' to match ') ? `${label} contains invalid characters` : `${label}: ${first.message}`
}

/** Converts an error response. */
export const toApiError = (body: unknown, response: Response): ApiError => {
  const problem = typeof body === 'object' && body !== null ? body as Problem : null
  if (typeof problem?.code !== 'string') {
    return new ApiError(
      `The server returned status ${response.status}`,
      response.status,
      null,
      response.headers.get('x-request-id')
    )
  }
  return new ApiError(messageOf(problem), response.status, problem.code, problem.request_id)
}

/** Resolves to the data of a typed client's call, or rejects with an `ApiError`. */
export const unwrap = async <T>(call: Promise<{ data?: T, error?: unknown, response: Response }>): Promise<T> => {
  let result
  try {
    result = await call
  } catch (error) {
    if (error instanceof ApiError) throw error
    throw new ApiError("Can't reach the server", 0, null, null)
  }
  if (!result.response.ok) throw toApiError(result.error, result.response)
  return result.data as T
}
