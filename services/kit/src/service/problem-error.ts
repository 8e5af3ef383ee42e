import { problemKind, problemType, type Problem, type ProblemCode } from '@motience/schemas'

/** One fault of an input: where, as a JSON pointer, and what is wrong. */
export interface InputFault { path: string, message: string }

/** What a problem may carry besides its code. */
export interface ProblemOptions {
  /** Faults of the input, for `MOT_BAD_INPUT` and its like. */
  errors?: InputFault[]
  /** Seconds after which the same may be asked again; becomes `Retry-After`. */
  retryAfterSecs?: number
  /** What caused it; goes to the log and never to the client. */
  cause?: unknown
}

/** Thrown anywhere in a handler: becomes the answer's problem document. `detail` is for the client to read. */
export class ProblemError extends Error {
  override name = 'ProblemError'
  /** HTTP status, from the catalogue. */
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
