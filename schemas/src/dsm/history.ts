import { Type, type Static } from '@sinclair/typebox'
import { CursorSchema, DeviceIdSchema, Nullable, StringEnum, TimestampSchema } from '../common.js'
import { EnvelopeSchema } from '../message.js'

/** Order of history: by position in the log, or by the device's time (corrected by its clock offset), then position. */
export const OrderBySchema = StringEnum(['received', 'device'], {
  default: 'received',
  description:
    "By position in the log, or by the device's time, corrected by its clock offset; " +
    'messages with the same time keep the order of the log'
})

/**
 * `from` (inclusive) and `to` (exclusive) bound the device's time, corrected by its clock offset; `after` is a position
 * in the log.
 */
export const HistoryQuerySchema = Type.Object(
  {
    from: Type.Optional(TimestampSchema),
    to: Type.Optional(TimestampSchema),
    after: Type.Optional(
      Type.String({
        pattern: '^\\d{1,16}-\\d{1,16}$',
        description: 'Only messages after this position in the log, `<epoch>-<offset>`'
      })
    ),
    device_id: Type.Optional(DeviceIdSchema),
    order_by: Type.Optional(OrderBySchema),
    order: Type.Optional(StringEnum(['asc', 'desc'], { default: 'asc' })),
    limit: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 1000,
        description: 'Maximum number of messages: 100 by default per page, unlimited by default in a stream'
      })
    ),
    cursor: Type.Optional(CursorSchema)
  },
  { additionalProperties: false }
)
export type HistoryQuery = Static<typeof HistoryQuerySchema>

/** `complete` is false if messages in the requested range were accepted but are no longer stored, or never were. */
export const HistoryPageSchema = Type.Object({
  items: Type.Array(EnvelopeSchema),
  next_cursor: Nullable(Type.String()),
  complete: Type.Boolean()
})
export type HistoryPage = Static<typeof HistoryPageSchema>
