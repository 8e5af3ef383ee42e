import { PROBLEM_CONTENT_TYPE, type ProblemCode } from '@motience/schemas'
import { randomUUID } from 'node:crypto'
import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { problemDocument, ProblemError } from './problem-error.js'

const codes: Record<string, { status: number, code: ProblemCode, detail: string }> = {
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, code: 'MOT_TIMEOUT', detail: 'The request did not arrive in time' },
  HPE_HEADER_OVERFLOW: { status: 431, code: 'MOT_BAD_INPUT', detail: 'The headers are too large' }
}

/** Answers what never became a request: a slow or malformed one. Then the connection ends. */
export const answerClientError = (error: NodeJS.ErrnoException, socket: Socket): void => {
  if (error.code === 'ECONNRESET' || socket.destroyed) return
  const { status, code, detail } = codes[error.code ?? ''] ?? { status: 400, code: 'MOT_BAD_INPUT' as const, detail: 'The request is not well-formed HTTP' }
  if (!socket.writable) {
    socket.destroy(error)
    return
  }
  const body = JSON.stringify({ ...problemDocument(new ProblemError(code, detail), randomUUID()), status })
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Bad Request'}\r\nContent-Type: ${PROBLEM_CONTENT_TYPE}\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`, () => socket.destroy())
}
