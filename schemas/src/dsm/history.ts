import { Type, type Static } from '@sinclair/typebox'
import { CursorSchema, DeviceIdSchema, Nullable, StringEnum, TimestampSchema } from '../common.js'
import { EnvelopeSchema } from '../message.js'

/**
 * What history is ordered by: the place in the log, or the device's time (corrected by its clock offset), then the
 * place.
 */
export const OrderBySchema = StringEnum(['received', 'device'], {
  default: 'received',
  description:
    "By the place in the log, or by the device's time, corrected by its clock offset; messages of one time follow each other as in the log"
})

/**
 * `from` (included) and `to` (excluded) bound the device's time, corrected by its clock offset; `after` is a position
 * in the log.
 */
export const HistoryQuerySchema = Type.Object(
  {
    from: Type.Optional(TimestampSchema),
    to: Type.Optional(TimestampSchema),
    after: Type.Optional(
      Type.String({
        pattern: '^\\d{1,16}-\\d{1,16}$',
        description: 'Only what follows this position of the log, `<epoch>-<offset>`'
      })
    ),
    device_id: Type.Optional(DeviceIdSchema),
    order_by: Type.Optional(OrderBySchema),
    order: Type.Optional(StringEnum(['asc', 'desc'], { default: 'asc' })),
    limit: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 1000,
        description: 'Most messages of one page, 100 if not given; of a stream, all if not given'
      })
    ),
    cursor: Type.Optional(CursorSchema)
  },
  { additionalProperties: false }
)
export type HistoryQuery = Static<typeof HistoryQuerySchema>

/** `complete` is false where messages of the asked range were accepted and are not kept any more, or never were. */
export const HistoryPageSchema = Type.Object({
  items: Type.Array(EnvelopeSchema),
  next_cursor: Nullable(Type.String()),
  complete: Type.Boolean()
})
export type HistoryPage = Static<typeof HistoryPageSchema>
