import { PROBLEM_CONTENT_TYPE } from '@motience/schemas'
import { LogController, type FastifyReply, type FastifyRequest } from 'fastify'
import { problemDocument, type ProblemError } from './problem-error.js'
import { redactSecrets, redactUrl } from './redact.js'
import { toProblem } from './to-problem.js'
import type { ServiceApp } from './service-app.js'

/** Disables Fastify's own request log, which would contain URLs with tokens. */
export const quietLogController = new LogController({ disableRequestLogging: true, requestIdLogLabel: 'request_id' })

/** What is sent for a problem: a body that is serialised already. */
export interface ProblemBody { type: string, body: string | Uint8Array }

/** Writes the body for a problem, where it is not a problem document: see `answerProblem`. */
export type WriteProblem = (problem: ProblemError, request: FastifyRequest) => ProblemBody

const problemBody: WriteProblem = (problem, request) =>
  ({ type: PROBLEM_CONTENT_TYPE, body: JSON.stringify(problemDocument(problem, request.id)) })

/**
 * Responds to an error with a problem; logs client errors as warnings and the service's own as errors. `write` replaces
 * the problem document, for protocols with errors of their own.
 */
export const answerProblem = (
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  write: WriteProblem = problemBody
): FastifyReply => {
  const problem = toProblem(error)
  const fields = { method: request.method, url: redactUrl(request.url), status: problem.statusCode, code: problem.code }
  if (problem.statusCode >= 500) request.log.error({ ...fields, err: problem.cause ?? problem }, 'Failed to answer')
  else request.log.warn({ ...fields, detail: redactSecrets(problem.message) }, 'Refused a request')
  if (problem.retryAfterSecs !== undefined) {
    reply.header('retry-after', String(Math.max(1, Math.ceil(problem.retryAfterSecs))))
  } else if ((problem.statusCode === 429 || problem.statusCode === 503) && !reply.hasHeader('retry-after')) {
    reply.header('retry-after', '1')
  }
  // RFC 9110, section 11.6.1
  if (problem.statusCode === 401) reply.header('www-authenticate', 'Bearer')
  const { type, body } = write(problem, request)
  return reply.code(problem.statusCode).type(type).send(body)
}

/** Duration from which a response is logged as slow, in milliseconds. */
const SLOW_MS = 1_000

/** Logs each response: at `info` if it took `slowMs` or longer, else at `debug`. */
export const logAnswers = (app: ServiceApp, slowMs = SLOW_MS): void => {
  app.addHook('onResponse', async (request, reply) => {
    const slow = reply.elapsedTime >= slowMs
    if (!slow && request.log.level !== 'debug' && request.log.level !== 'trace') return
    request.log[slow ? 'info' : 'debug'](
      {
        method: request.method,
        url: redactUrl(request.url),
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime)
      },
      slow ? 'Answered a request slowly' : 'Answered a request'
    )
  })
}
