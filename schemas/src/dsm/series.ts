import { Type, type Static, type TProperties } from '@sinclair/typebox'
import { DeviceIdSchema, Nullable, StringEnum, TimestampSchema } from '../common.js'
import { MAX_FIELD_LENGTH } from './field.js'

/** Maximum number of points in a series. */
export const MAX_SERIES_POINTS = 10_000

/** Maximum number of values that a bucket of strings counts separately. */
export const MAX_SERIES_VALUES = 20

/** Maximum length of a string value, in characters (code points); the rest is ignored. */
export const MAX_SERIES_TEXT = 128

const SERIES_KINDS = ['number', 'boolean', 'string'] as const
export const SeriesKindSchema = StringEnum(SERIES_KINDS)
export type SeriesKind = Static<typeof SeriesKindSchema>

export const SeriesQuerySchema = Type.Object(
  {
    field: Type.String({
      minLength: 1,
      maxLength: MAX_FIELD_LENGTH,
      description:
        'A field of the payload: a path such as `payload.cpu.usage`, `payload.cores.0` or `payload."a.b"`, ' +
        'or a JSON Pointer (RFC 6901) such as `/cpu/usage`'
    }),
    bucket: Type.Optional(
      Type.String({
        pattern: '^[1-9]\\d{0,5}(s|m|h|d|w|mo)$',
        default: '60s',
        description: 'Bucket width. Days, weeks (starting on Monday) and months are calendar units in `tz`'
      })
    ),
    tz: Type.Optional(
      Type.String({
        pattern: '^[A-Za-z][A-Za-z0-9_+/-]{0,63}$',
        description: 'IANA time zone for buckets of days, weeks or months, such as `Europe/Berlin`; UTC by default'
      })
    ),
    kind: Type.Optional(
      StringEnum(SERIES_KINDS, {
        description: 'Kind of values to read; by default numbers or, if there are none, the kind of the last value'
      })
    ),
    fn: Type.Optional(
      Type.Literal('rate', {
        description: 'Adds `increase` and `rate` to the points of a monotonic counter; resets are handled'
      })
    ),
    device_id: Type.Optional(DeviceIdSchema),
    from: Type.Optional(TimestampSchema),
    to: Type.Optional(TimestampSchema)
  },
  { additionalProperties: false }
)
export type SeriesQuery = Static<typeof SeriesQuerySchema>

const t = Type.String({ description: 'Start of the bucket' })
const count = Type.Integer({ description: 'Number of values in the bucket' })
const changes = Type.Integer({ description: 'How often a device sent a value different from its previous one' })
const changedAt = Nullable(
  Type.String({
    description:
      'When the device that sent `last` changed to that value; `null` if it did not change within the range'
  })
)

export const NumberPointSchema = Type.Object({
  t,
  count,
  min: Type.Number(),
  max: Type.Number(),
  avg: Type.Number({ description: 'Mean, always within `min` and `max`' }),
  last: Type.Number(),
  increase: Type.Optional(
    Nullable(
      Type.Number({
        description:
          "With `fn=rate`: increase of the devices' counters; `null` if no device had sent a value before"
      })
    )
  ),
  rate: Type.Optional(
    Nullable(
      Type.Number({
        description: "With `fn=rate`: increase per second since each device's previous value, summed over the devices"
      })
    )
  )
})
export type NumberPoint = Static<typeof NumberPointSchema>

export const BooleanPointSchema = Type.Object({
  t,
  count,
  share_true: Type.Number({ description: 'Proportion of `true` values, 0 to 1' }),
  last: Type.Boolean(),
  changes,
  changed_at: changedAt
})
export type BooleanPoint = Static<typeof BooleanPointSchema>

export const StringPointSchema = Type.Object(
  {
    t,
    count,
    values: Type.Array(Type.Object({ value: Type.String(), count: Type.Integer() }), {
      description: `The ${MAX_SERIES_VALUES} most frequent values, most frequent first`
    }),
    other: Type.Integer({ description: 'Number of values not counted in `values`' }),
    last: Type.String(),
    changes,
    changed_at: changedAt
  },
  {
    description: `Strings are compared by their first ${MAX_SERIES_TEXT} characters`
  }
)
export type StringPoint = Static<typeof StringPointSchema>

const seriesOf = <K extends SeriesKind, P extends TProperties>(
  kind: K,
  point: ReturnType<typeof Type.Object<P>>,
  $id: string
) =>
    Type.Object(
      {
        field: Type.String(),
        bucket: Type.String(),
        tz: Type.Optional(Type.String({ description: 'The requested time zone' })),
        kind: Type.Literal(kind),
        kinds: Type.Object(
          { number: Type.Integer(), boolean: Type.Integer(), string: Type.Integer() },
          {
            description: 'Number of values of each kind; `points` has the values of one kind'
          }
        ),
        points: Type.Array(point)
      },
      { $id }
    )

/** A series has values of one kind; `kind` determines the shape of `points`. */
export const NumberSeriesSchema = seriesOf('number', NumberPointSchema, 'NumberSeries')
export type NumberSeries = Static<typeof NumberSeriesSchema>
export const BooleanSeriesSchema = seriesOf('boolean', BooleanPointSchema, 'BooleanSeries')
export type BooleanSeries = Static<typeof BooleanSeriesSchema>
export const StringSeriesSchema = seriesOf('string', StringPointSchema, 'StringSeries')
export type StringSeries = Static<typeof StringSeriesSchema>

export const SeriesSchema = Type.Union([NumberSeriesSchema, BooleanSeriesSchema, StringSeriesSchema])
export type Series = Static<typeof SeriesSchema>
