import type { ProblemCode } from '@motience/schemas'
import type { Socket } from 'node:net'
import { answerSocket } from './answer-socket.js'
import { ProblemError } from './problem-error.js'

const codes: Record<string, { status: number, code: ProblemCode, detail: string }> = {
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, code: 'MOT_TIMEOUT', detail: 'The request did not arrive in time' },
  HPE_HEADER_OVERFLOW: { status: 431, code: 'MOT_BAD_INPUT', detail: 'The headers are too large' }
}

/** Responds to a request that is too slow or malformed to be handled, and closes its connection. */
export const answerClientError = (error: NodeJS.ErrnoException, socket: Socket): void => {
  if (error.code === 'ECONNRESET' || socket.destroyed) return
  const { status, code, detail } = codes[error.code ?? ''] ?? {
    status: 400,
    code: 'MOT_BAD_INPUT' as const,
    detail: 'The request is not well-formed HTTP'
  }
  answerSocket(socket, new ProblemError(code, detail), status)
}
