import { Type, type Static } from '@sinclair/typebox'
import { CursorSchema, DeviceIdSchema, EpochSchema, IdSchema, Nullable, OffsetSchema, TimestampSchema } from '../common.js'
import { EnvelopeSchema, messageFields } from '../message.js'
import { ProblemSchema } from '../problem.js'

/** Most messages of one `POST /data/batch`. */
export const MAX_DATA_BATCH = 1000

export const DataBodySchema = Type.Object({ producer_id: IdSchema, ...messageFields }, { additionalProperties: false })
export type DataBody = Static<typeof DataBodySchema>

export const DataBatchBodySchema = Type.Object({
  messages: Type.Array(DataBodySchema, { minItems: 1, maxItems: MAX_DATA_BATCH })
}, { additionalProperties: false })
export type DataBatchBody = Static<typeof DataBatchBodySchema>

export const AcceptedSchema = Type.Object({
  producer_id: IdSchema,
  epoch: EpochSchema,
  offset: OffsetSchema,
  subscriberCount: Type.Integer({ minimum: 0 }),
  duplicate: Type.Boolean(),
  received_at: Type.Optional(Type.String())
}, { $id: 'Accepted' })
export type Accepted = Static<typeof AcceptedSchema>

export const DataBatchResultSchema = Type.Object({
  results: Type.Array(Type.Union([AcceptedSchema, Type.Object({ error: ProblemSchema })]))
})
export type DataBatchResult = Static<typeof DataBatchResultSchema>

export const DataParamsSchema = Type.Object({ producerId: IdSchema })

/** `from` (included) and `to` (excluded) bound the device's time, corrected by its clock offset; `after` is a position in the log. */
export const HistoryQuerySchema = Type.Object({
  from: Type.Optional(TimestampSchema),
  to: Type.Optional(TimestampSchema),
  after: Type.Optional(Type.String({ pattern: '^\\d{1,16}-\\d{1,16}$', description: 'Only what follows this position, `<epoch>-<offset>`' })),
  device_id: Type.Optional(DeviceIdSchema),
  order: Type.Optional(Type.Union([Type.Literal('asc'), Type.Literal('desc')], { default: 'asc' })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, description: 'Most messages of one page, 100 if not given; of a stream, all if not given' })),
  cursor: Type.Optional(CursorSchema)
}, { additionalProperties: false })
export type HistoryQuery = Static<typeof HistoryQuerySchema>

/** `complete` is false where messages of the asked range were accepted and are not kept any more, or never were. */
export const HistoryPageSchema = Type.Object({
  items: Type.Array(EnvelopeSchema),
  next_cursor: Nullable(Type.String()),
  complete: Type.Boolean()
})
export type HistoryPage = Static<typeof HistoryPageSchema>

export const SeriesQuerySchema = Type.Object({
  field: Type.String({ pattern: '^payload(\\.[^.]{1,64}){1,16}$', description: 'Path of a number, such as `payload.cpu.usage`' }),
  bucket: Type.Optional(Type.String({ pattern: '^[1-9]\\d{0,5}(s|m|h|d)$', default: '60s' })),
  device_id: Type.Optional(DeviceIdSchema),
  from: Type.Optional(TimestampSchema),
  to: Type.Optional(TimestampSchema)
}, { additionalProperties: false })
export type SeriesQuery = Static<typeof SeriesQuerySchema>

export const SeriesSchema = Type.Object({
  field: Type.String(),
  bucket: Type.String(),
  points: Type.Array(Type.Object({
    t: Type.String({ description: 'Start of the bucket' }),
    count: Type.Integer(),
    min: Type.Number(),
    max: Type.Number(),
    avg: Type.Number(),
    last: Type.Number()
  }))
})
export type Series = Static<typeof SeriesSchema>
