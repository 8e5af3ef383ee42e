import { Type, type Static } from '@sinclair/typebox'
import { IdSchema } from '../common.js'
import { messageFields } from '../message.js'
import { ProblemSchema } from '../problem.js'
import { AcceptedSchema } from './accepted.js'

export * from './accepted.js'
export * from './doors.js'
export * from './field.js'
export * from './history.js'
export * from './series.js'

/** Maximum number of messages in a `POST /data/batch`. */
export const MAX_DATA_BATCH = 1000

export const DataBodySchema = Type.Object({ producer_id: IdSchema, ...messageFields }, { additionalProperties: false })
export type DataBody = Static<typeof DataBodySchema>

/** A message as it is sent: a producer that leaves itself out is meant. */
export const SentDataBodySchema = Type.Object({
  producer_id: Type.Optional(IdSchema),
  ...messageFields
}, { additionalProperties: false })
export type SentDataBody = Static<typeof SentDataBodySchema>

export const DataBatchBodySchema = Type.Object({
  messages: Type.Array(SentDataBodySchema, { minItems: 1, maxItems: MAX_DATA_BATCH })
}, { additionalProperties: false })
export type DataBatchBody = Static<typeof DataBatchBodySchema>

export const DataBatchResultSchema = Type.Object({
  results: Type.Array(Type.Union([AcceptedSchema, Type.Object({ error: ProblemSchema })]))
})
export type DataBatchResult = Static<typeof DataBatchResultSchema>

export const DataParamsSchema = Type.Object({ producerId: IdSchema })
