import { problemKind, problemType, type Problem, type ProblemCode } from '@motience/schemas'

/** One error in an input: its JSON Pointer, and what is wrong. */
export interface InputFault { path: string, message: string }

/** Optional members of a problem. */
export interface ProblemOptions {
  /** Errors in the input, for `MOT_BAD_INPUT` and the like. */
  errors?: InputFault[]
  /** Seconds after which the client may try again; becomes `Retry-After`. */
  retryAfterSecs?: number
  /** The cause, for the log; never sent to the client. */
  cause?: unknown
}

/** Thrown in a handler, it becomes the response's problem document. `detail` is shown to the client. */
export class ProblemError extends Error {
  override name = 'ProblemError'
  /** HTTP status of the code. */
  readonly statusCode: number
  readonly errors: InputFault[] | undefined
  readonly retryAfterSecs: number | undefined

  constructor (readonly code: ProblemCode, detail: string = problemKind(code).title, options: ProblemOptions = {}) {
    super(detail, options.cause === undefined ? undefined : { cause: options.cause })
    this.statusCode = problemKind(code).status
    this.errors = options.errors
    this.retryAfterSecs = options.retryAfterSecs
  }
}

/** The document (RFC 9457) of a problem. */
export const problemDocument = (error: ProblemError, requestId: string): Problem => ({
  type: problemType(error.code),
  title: problemKind(error.code).title,
  status: error.statusCode,
  detail: error.message,
  code: error.code,
  request_id: requestId,
  ...(error.errors === undefined ? {} : { errors: error.errors })
})
