import { SlowPolicySchema } from '@motience/schemas'
import { Type, type Static } from '@sinclair/typebox'

/** The query string of a consumer's upgrade request. `resume` pauses the stream until the first `resume` frame. */
export const ConsumerQuerySchema = Type.Object({
  slow: Type.Optional(SlowPolicySchema),
  resume: Type.Optional(Type.Boolean())
})

/** See `ConsumerQuerySchema`. */
export type ConsumerQuery = Static<typeof ConsumerQuerySchema>
