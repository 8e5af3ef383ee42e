import { Type, type Static } from '@sinclair/typebox'

/** What an error of any REST call looks like: RFC 9457, `application/problem+json`. */
export const ProblemSchema = Type.Object(
  {
    type: Type.String({
      description: 'URI reference that names the kind of problem: `/docs/errors.md#` and the code in lower case',
      examples: ['/docs/errors.md#mot_bad_input']
    }),
    title: Type.String(),
    status: Type.Integer({ minimum: 400, maximum: 599 }),
    detail: Type.String({ description: 'What went wrong this time, for a person' }),
    code: Type.String({ pattern: '^MOT_[A-Z0-9_]+$', description: 'Stable name of the problem, for a program' }),
    request_id: Type.String(),
    errors: Type.Optional(
      Type.Array(
        Type.Object({
          path: Type.String({ description: 'JSON pointer into the input' }),
          message: Type.String()
        })
      )
    )
  },
  { $id: 'Problem' }
)
export type Problem = Static<typeof ProblemSchema>

export const PROBLEM_CONTENT_TYPE = 'application/problem+json'
