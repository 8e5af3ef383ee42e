import { randomUUID } from 'node:crypto'
import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { PROBLEM_CONTENT_TYPE, type ProblemCode } from '@motience/schemas'
import { ProblemError, problemDocument } from '../service/problem-error.js'

/** Why an upgrade is refused. */
export interface Refusal {
  code: ProblemCode
  /** What went wrong, for a person; the code's title if not given. */
  detail?: string
  retryAfterSecs?: number
}

/** A refusal's HTTP answer: its status, header fields and body (RFC 9110, RFC 9457). */
export interface RefusalAnswer { status: number, headers: Record<string, string>, body: string }

export const answerOf = ({ code, detail, retryAfterSecs }: Refusal): RefusalAnswer => {
  const requestId = randomUUID()
  const problem = problemDocument(new ProblemError(code, detail), requestId)
  const body = JSON.stringify(problem)
  return {
    status: problem.status,
    body,
    headers: {
      'Content-Type': PROBLEM_CONTENT_TYPE,
      'Content-Length': String(Buffer.byteLength(body)),
      'X-Request-Id': requestId,
      'Cache-Control': 'no-store',
      Connection: 'close',
      ...(problem.status === 401 ? { 'WWW-Authenticate': 'Bearer' } : {}),
      ...(retryAfterSecs === undefined ? {} : { 'Retry-After': String(retryAfterSecs) })
    }
  }
}

/** Answers an upgrade with a problem instead of a handshake, and ends its socket. */
export const refuseUpgrade = (socket: Duplex, refusal: Refusal): void => {
  if (!socket.writable) {
    socket.destroy()
    return
  }
  const { status, headers, body } = answerOf(refusal)
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  socket.once('finish', () => socket.destroy())
  socket.end([`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Error'}`, ...lines, '', body].join('\r\n'))
}
