import {
  FormatRegistry, Kind, Type, TypeRegistry, type SchemaOptions, type Static, type TSchema, type TUnsafe
} from '@sinclair/typebox'
import { MAX_INSTANT_MS, MIN_INSTANT_MS, readInstant } from './instant.js'

/** The formats of this package are registered here and nowhere else. */
FormatRegistry.Set('date-time', value => readInstant(value) !== null)

/** The kind of `StringEnum` is registered here and nowhere else. */
TypeRegistry.Set<{ enum: readonly unknown[] }>('StringEnum', (schema, value) => schema.enum.includes(value))

/**
 * One of these strings, written as `enum`: generated clients read that, while a union of literals is `anyOf` of `const`
 * to them.
 */
export const StringEnum = <const Values extends readonly string[]>(
  values: Values, options: SchemaOptions = {}
): TUnsafe<Values[number]> =>
    Type.Unsafe<Values[number]>({ ...options, [Kind]: 'StringEnum', type: 'string', enum: [...values] })

/** Id of a user, and so of a producer or a consumer. */
export const IdSchema = Type.Integer({
  minimum: 1,
  maximum: 2147483647,
  description: 'Id of a user: a positive integer'
})

/** Id that a sender gives a message; the platform only repeats it. */
export const MessageIdSchema = Type.String({
  minLength: 1,
  maxLength: 64,
  description: 'Message id, chosen by the sender'
})

/** Name of a device below one producer. */
export const DeviceIdSchema = Type.String({
  minLength: 1,
  maxLength: 64,
  pattern: '^[A-Za-z0-9._:@/+-]+$',
  description: 'Name of a device'
})

/** An instant, RFC 3339, with any offset and at most nine digits of a second; `readInstant` reads it. */
export const TimestampSchema = Type.String({ format: 'date-time', description: 'RFC 3339 instant' })

/** An instant as a device tells it: one that has only a number sends milliseconds since 1970. */
export const SentTimeSchema = Type.Union([
  TimestampSchema,
  Type.Integer({ minimum: MIN_INSTANT_MS, maximum: MAX_INSTANT_MS, description: 'Milliseconds since 1970' })
], { description: 'RFC 3339 instant with at most nine digits of a second, or integer milliseconds since 1970' })

/** Number of a log; it grows whenever the platform can't prove that the log continues. */
export const EpochSchema = Type.Integer({
  minimum: 0,
  maximum: Number.MAX_SAFE_INTEGER,
  description: 'Number of the log in which offsets count'
})

/** Position in a producer's log: 1, 2, 3… without holes within one epoch; 0 is before the first. */
export const OffsetSchema = Type.Integer({
  minimum: 0,
  maximum: Number.MAX_SAFE_INTEGER,
  description: 'Position in the log of its epoch'
})

/** A place in one producer's log. */
export const PositionSchema = Type.Object({
  producer_id: IdSchema,
  epoch: EpochSchema,
  offset: OffsetSchema
}, { additionalProperties: false })
export type Position = Static<typeof PositionSchema>

/** `T`, or null where there is none. */
export const Nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()])

export const LimitSchema = Type.Integer({
  minimum: 1,
  maximum: 1000,
  default: 100,
  description: 'Most items in one page'
})
export const CursorSchema = Type.String({
  minLength: 1,
  maxLength: 256,
  description: '`next_cursor` of the page before'
})

/** The query of every list. */
export const PageQuerySchema = Type.Object({
  limit: Type.Optional(LimitSchema),
  cursor: Type.Optional(CursorSchema)
}, { additionalProperties: false })
export type PageQuery = Static<typeof PageQuerySchema>

/** One page of `item`. */
export const Page = <T extends TSchema>(item: T) => Type.Object({
  items: Type.Array(item),
  next_cursor: Nullable(Type.String({ description: 'null on the last page' }))
})
