import { Type, type Static } from '@sinclair/typebox'

/** The body of every REST error: RFC 9457, `application/problem+json`. */
export const ProblemSchema = Type.Object(
  {
    type: Type.String({
      description: 'URI reference of the problem type: `/docs/errors.md#` and the code in lower case',
      examples: ['/docs/errors.md#mot_bad_input']
    }),
    title: Type.String(),
    status: Type.Integer({ minimum: 400, maximum: 599 }),
    detail: Type.String({ description: 'Explanation of this occurrence, for humans' }),
    code: Type.String({ pattern: '^MOT_[A-Z0-9_]+$', description: 'Stable code of the problem, for programs' }),
    request_id: Type.String(),
    errors: Type.Optional(
      Type.Array(
        Type.Object({
          path: Type.String({ description: 'JSON Pointer into the input' }),
          message: Type.String()
        })
      )
    )
  },
  { $id: 'Problem' }
)
export type Problem = Static<typeof ProblemSchema>

export const PROBLEM_CONTENT_TYPE = 'application/problem+json'
