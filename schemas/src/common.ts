import {
  FormatRegistry, Kind, Type, TypeRegistry, type SchemaOptions, type Static, type TSchema, type TUnsafe
} from '@sinclair/typebox'
import { MAX_INSTANT_MS, MIN_INSTANT_MS, readInstant } from './instant.js'

/** TypeBox's registries are global: this package registers its formats and kinds only here. */
FormatRegistry.Set('date-time', value => readInstant(value) !== null)
// Bytes, in a description: no text is ever checked for it.
FormatRegistry.Set('binary', () => true)
TypeRegistry.Set<{ enum: readonly unknown[] }>('StringEnum', (schema, value) => schema.enum.includes(value))

/** One of these strings, as an `enum`, which client generators understand better than the `anyOf` of a union. */
export const StringEnum = <const Values extends readonly string[]>(
  values: Values, options: SchemaOptions = {}
): TUnsafe<Values[number]> =>
    Type.Unsafe<Values[number]>({ ...options, [Kind]: 'StringEnum', type: 'string', enum: [...values] })

/** Id of a user: a producer, a consumer or an administrator. */
export const IdSchema = Type.Integer({
  minimum: 1,
  maximum: 2147483647,
  description: 'User id'
})

/** Message id chosen by the sender; the platform echoes it. */
export const MessageIdSchema = Type.String({
  minLength: 1,
  maxLength: 64,
  description: 'Message id chosen by the sender'
})

/** A name of a device; see `DeviceIdSchema`. */
export const DeviceName = (description: string, maxLength = 64) => Type.String({
  minLength: 1,
  maxLength,
  pattern: '^[A-Za-z0-9._:@/+-]+$',
  description
})

/** A character of what people write: no control character, and no half of a surrogate pair (PostgreSQL refuses it). */
export const PLAIN_TEXT = '(?:[^\\x00-\\x1f\\x7f-\\x9f\\ud800-\\udfff]|[\\ud800-\\udbff][\\udc00-\\udfff])'

/** Name of a device, unique within its producer. */
export const DeviceIdSchema = DeviceName('Device name')

/** RFC 3339 date and time with any UTC offset and up to nanosecond precision; `readInstant` parses it. */
export const TimestampSchema = Type.String({ format: 'date-time', description: 'RFC 3339 date and time' })

/** A time sent by a device: RFC 3339, or milliseconds since 1970. */
export const SentTimeSchema = Type.Union([
  TimestampSchema,
  Type.Integer({ minimum: MIN_INSTANT_MS, maximum: MAX_INSTANT_MS, description: 'Milliseconds since 1970' })
], { description: 'RFC 3339 date and time with up to nanosecond precision, or integer milliseconds since 1970' })

/** Generation of a log; incremented whenever the platform can't prove that the log continues. */
export const EpochSchema = Type.Integer({
  minimum: 0,
  maximum: Number.MAX_SAFE_INTEGER,
  description: 'Generation of the log; offsets count within an epoch'
})

/** Offset in a producer's log: 1, 2, 3… without gaps within an epoch; 0 is before the first message. */
export const OffsetSchema = Type.Integer({
  minimum: 0,
  maximum: Number.MAX_SAFE_INTEGER,
  description: 'Offset in the log, within its epoch'
})

/** A position in a producer's log. */
export const PositionSchema = Type.Object({
  producer_id: IdSchema,
  epoch: EpochSchema,
  offset: OffsetSchema
}, { additionalProperties: false })
export type Position = Static<typeof PositionSchema>

/** `T` or null. */
export const Nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()])

export const LimitSchema = Type.Integer({
  minimum: 1,
  maximum: 1000,
  default: 100,
  description: 'Maximum number of items per page'
})
export const CursorSchema = Type.String({
  minLength: 1,
  maxLength: 256,
  description: '`next_cursor` of the previous page'
})

/** Query of paginated lists. */
export const PageQuerySchema = Type.Object({
  limit: Type.Optional(LimitSchema),
  cursor: Type.Optional(CursorSchema)
}, { additionalProperties: false })
export type PageQuery = Static<typeof PageQuerySchema>

/** One page of items. */
export const Page = <T extends TSchema>(item: T) => Type.Object({
  items: Type.Array(item),
  next_cursor: Nullable(Type.String({ description: '`null` on the last page' }))
})
