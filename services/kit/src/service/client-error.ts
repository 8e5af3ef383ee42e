import type { ProblemCode } from '@motience/schemas'
import type { Socket } from 'node:net'
import { answerSocket } from './answer-socket.js'
import { ProblemError } from './problem-error.js'

interface Refusal { status: number, code: ProblemCode, detail: string, headers?: string[] }

/** Methods that a service may have. */
const METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS'

const refusals: Record<string, Refusal> = {
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, code: 'MOT_TIMEOUT', detail: 'The request did not arrive in time' },
  HPE_HEADER_OVERFLOW: { status: 431, code: 'MOT_BAD_INPUT', detail: 'The headers are too large' },
  HPE_INVALID_METHOD: {
    status: 405, code: 'MOT_METHOD_NOT_ALLOWED', detail: `Allowed: ${METHODS}`, headers: [`Allow: ${METHODS}`]
  }
}

const malformed: Refusal = { status: 400, code: 'MOT_BAD_INPUT', detail: 'The request is not well-formed HTTP' }

/** A request line (RFC 9112, section 3), whatever its method. */
const REQUEST_LINE = /^[!#$%&'*+.^`|~\w-]+ \S+ HTTP\/1\.[01]\r\n/

/** Responds to a request that is too slow or malformed to be handled, and closes its connection. */
export const answerClientError = (error: NodeJS.ErrnoException, socket: Socket): void => {
  if (error.code === 'ECONNRESET' || socket.destroyed) return
  // Node's, which its types leave out.
  const { rawPacket } = error as { rawPacket?: Buffer }
  const isHttp = error.code !== 'HPE_INVALID_METHOD' || REQUEST_LINE.test(rawPacket?.toString('latin1') ?? '')
  const { status, code, detail, headers = [] } = (isHttp ? refusals[error.code ?? ''] : undefined) ?? malformed
  answerSocket(socket, new ProblemError(code, detail), status, headers)
}
