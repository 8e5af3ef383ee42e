import type { FastifyReply, FastifyRequest } from 'fastify'
import { ProblemError } from './problem-error.js'
import { answerProblem } from './request-log.js'
import type { ServiceApp } from './service-app.js'

const toPattern = (url: string): RegExp => new RegExp(`^${url
  .split('/')
  .map(part => part.startsWith(':') ? '[^/]+' : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  .join('/')}$`)

/**
 * Responds with 404, or with 405 and `Allow` if the path has other methods. Has to be called before routes are added.
 */
export const answerNotFound = (app: ServiceApp): void => {
  const paths = new Map<string, { pattern: RegExp, methods: Set<string> }>()
  app.addHook('onRoute', ({ url, method }) => {
    if (url.includes('*')) return
    const path = paths.get(url) ?? { pattern: toPattern(url), methods: new Set<string>() }
    for (const name of [method].flat()) path.methods.add(name)
    paths.set(url, path)
  })
  const answer = (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const path = request.url.split('?', 1)[0] ?? '/'
    const allowed = new Set<string>()
    for (const { pattern, methods } of paths.values()) {
      if (pattern.test(path)) for (const method of methods) allowed.add(method)
    }
    if (allowed.size === 0) {
      return answerProblem(new ProblemError('MOT_NOT_FOUND', 'No such path'), request, reply)
    }
    reply.header('allow', [...allowed].sort().join(', '))
    return answerProblem(
      new ProblemError('MOT_METHOD_NOT_ALLOWED', `Allowed: ${[...allowed].sort().join(', ')}`),
      request,
      reply
    )
  }
  app.setNotFoundHandler(answer)
  // Of QUERY, which no service has, Fastify would first say that its content type is missing.
  app.addHook('onRequest', async (request, reply) => {
    if (request.method === 'QUERY' && request.is404) return answer(request, reply)
  })
}
