import { Type, type Static, type TSchema } from '@sinclair/typebox'
import { PROBLEM_CONTENT_TYPE, ProblemSchema, type Problem } from './problem.js'
import { problemKinds, problemType, type ProblemCode } from './errors/index.js'

/** The shape of the route constants. */
export interface DescribedRoute {
  method: string
  url: string
  schema: {
    operationId: string
    tags: readonly string[]
    summary: string
    security?: typeof bearer
    params?: TSchema
    querystring?: TSchema
    /** One schema for JSON, or one for each content type. */
    body?: TSchema | { content: Record<string, { schema: TSchema }> }
    response: Record<number | string, unknown>
  }
}

/** OpenAPI security requirement: an access token. */
export const bearer: { bearerAuth: string[] }[] = [{ bearerAuth: [] }]

/**
 * A schema with an example for the OpenAPI document. For params and a query, each field is shown with its own value;
 * fields missing from the example stay empty on `/api-docs`.
 */
export const withExample = <T extends TSchema>(schema: T, example: Static<T>): T => ({ ...schema, examples: [example] })

const problemExample = (code: ProblemCode): Problem => {
  const { status, title } = problemKinds[code]
  const requestId = '0e7c3f5e-9b1d-4c57-8a55-2f6f0b7c1d3a'
  return { type: problemType(code), title, status, detail: title, code, request_id: requestId }
}

/** The error responses of a route: one per status, described by the codes that share it. */
export const problems = (...codes: readonly ProblemCode[]) => {
  const byStatus = new Map<number, Set<ProblemCode>>()
  for (const code of ['MOT_BAD_INPUT', 'MOT_RATE_LIMITED', 'MOT_INTERNAL', 'MOT_UNAVAILABLE', ...codes] as const) {
    const { status } = problemKinds[code]
    byStatus.set(status, (byStatus.get(status) ?? new Set()).add(code))
  }
  return Object.fromEntries([...byStatus].map(([status, kinds]) => [status, {
    description: [...kinds].map(code => `\`${code}\`: ${problemKinds[code].title}`).join('; '),
    content: { [PROBLEM_CONTENT_TYPE]: { schema: withExample(ProblemSchema, problemExample([...kinds][0]!)) } }
  }]))
}

/** 204, without a body. */
export const NoContentSchema = Type.Null({ description: 'No content' })
