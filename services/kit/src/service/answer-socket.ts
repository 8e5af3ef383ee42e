import { randomUUID } from 'node:crypto'
import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { PROBLEM_CONTENT_TYPE } from '@motience/schemas'
import { problemDocument, type ProblemError } from './problem-error.js'

/**
 * Sends a problem document (RFC 9457) on a socket that never became a request or a WebSocket, and closes it. `status`
 * is the problem's own, unless HTTP has a more specific one; `headers` are lines such as `Allow: GET`.
 */
export const answerSocket = (
  socket: Duplex, error: ProblemError, status = error.statusCode, headers: readonly string[] = []
): void => {
  if (!socket.writable) {
    socket.destroy()
    return
  }
  const body = JSON.stringify({ ...problemDocument(error, randomUUID()), status })
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Error'}`,
    `Content-Type: ${PROBLEM_CONTENT_TYPE}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Cache-Control: no-store',
    'Connection: close',
    ...headers
  ]
  socket.once('finish', () => socket.destroy())
  socket.end([...lines, '', body].join('\r\n'))
}
