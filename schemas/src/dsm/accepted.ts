import { Type, type Static } from '@sinclair/typebox'
import { EpochSchema, IdSchema, OffsetSchema } from '../common.js'

/** The answer for a message that is accepted and stored. */
export const AcceptedSchema = Type.Object({
  producer_id: IdSchema,
  epoch: EpochSchema,
  offset: OffsetSchema,
  subscriberCount: Type.Integer({ minimum: 0 }),
  duplicate: Type.Boolean(),
  received_at: Type.Optional(Type.String())
}, { $id: 'Accepted' })
export type Accepted = Static<typeof AcceptedSchema>
