import { Type } from '@sinclair/typebox'
import { PROBLEM_CONTENT_TYPE, ProblemSchema } from './problem.js'
import { problemKinds, type ProblemCode } from './errors/index.js'

/** OpenAPI's name for "with an access token". */
export const bearer: { bearerAuth: string[] }[] = [{ bearerAuth: [] }]

/** The error answers of a route: one response for each status that its codes can have, described by them. */
export const problems = (...codes: readonly ProblemCode[]) => {
  const byStatus = new Map<number, Set<ProblemCode>>()
  for (const code of ['MOT_BAD_INPUT', 'MOT_RATE_LIMITED', 'MOT_INTERNAL', 'MOT_UNAVAILABLE', ...codes] as const) {
    const { status } = problemKinds[code]
    byStatus.set(status, (byStatus.get(status) ?? new Set()).add(code))
  }
  return Object.fromEntries([...byStatus].map(([status, kinds]) => [status, {
    description: [...kinds].map(code => `\`${code}\`: ${problemKinds[code].title}`).join('; '),
    content: { [PROBLEM_CONTENT_TYPE]: { schema: ProblemSchema } }
  }]))
}

/** 204: there is nothing to say. */
export const NoContentSchema = Type.Null({ description: 'Done' })
