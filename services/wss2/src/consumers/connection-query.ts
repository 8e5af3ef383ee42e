import { SlowPolicySchema } from '@motience/schemas'
import { Type, type Static } from '@sinclair/typebox'

/**
 * The query of a consumer's upgrade, besides the token: `resume` holds the stream back until the first `resume` frame.
 */
export const ConsumerQuerySchema = Type.Object({
  slow: Type.Optional(SlowPolicySchema),
  resume: Type.Optional(Type.Boolean())
})

/** See `ConsumerQuerySchema`. */
export type ConsumerQuery = Static<typeof ConsumerQuerySchema>
