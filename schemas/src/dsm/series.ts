import { Type, type Static, type TProperties } from '@sinclair/typebox'
import { DeviceIdSchema, Nullable, StringEnum, TimestampSchema } from '../common.js'
import { MAX_FIELD_LENGTH } from './field.js'

/** Most points of one series, and most values of one bucket of strings that are told with a count of their own. */
export const MAX_SERIES_POINTS = 10_000
export const MAX_SERIES_VALUES = 20

/** Most characters (code points) of a string that are read. */
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
        'A field of the payloads: a path such as `payload.cpu.usage`, `payload.cores.0` or `payload."a.b"`, or a JSON Pointer (RFC 6901) into the payload such as `/cpu/usage`'
    }),
    bucket: Type.Optional(
      Type.String({
        pattern: '^[1-9]\\d{0,5}(s|m|h|d|w|mo)$',
        default: '60s',
        description: 'Length of a bucket. Days, weeks (from Monday on) and months are those of the calendar in `tz`'
      })
    ),
    tz: Type.Optional(
      Type.String({
        pattern: '^[A-Za-z][A-Za-z0-9_+/-]{0,63}$',
        description: 'Time zone (IANA) of buckets of days, weeks or months, such as `Europe/Berlin`; UTC if not given'
      })
    ),
    kind: Type.Optional(
      StringEnum(SERIES_KINDS, {
        description: 'Only values of this kind; if not given numbers, or where there is none the kind of the last value'
      })
    ),
    fn: Type.Optional(
      Type.Literal('rate', {
        description: 'Adds `increase` and `rate` of a counter that only rises, but for resets, to the points of numbers'
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
const count = Type.Integer({ description: 'Values in the bucket' })
const changes = Type.Integer({ description: 'How often a device sent another value than the time before' })
const changedAt = Nullable(
  Type.String({
    description:
      'Since when the device that sent `last` has sent that value; null if it has from its first value in the range on'
  })
)

export const NumberPointSchema = Type.Object({
  t,
  count,
  min: Type.Number(),
  max: Type.Number(),
  avg: Type.Number({ description: 'Mean, never outside of `min` and `max`' }),
  last: Type.Number(),
  increase: Type.Optional(
    Nullable(
      Type.Number({
        description:
          "With `fn=rate`: by how much the devices' counters rose; null where no device had sent a value before"
      })
    )
  ),
  rate: Type.Optional(
    Nullable(
      Type.Number({
        description: "With `fn=rate`: the same a second, from each device's value before on, summed up over the devices"
      })
    )
  )
})
export type NumberPoint = Static<typeof NumberPointSchema>

export const BooleanPointSchema = Type.Object({
  t,
  count,
  share_true: Type.Number({ description: 'Share of true among the values, 0 to 1' }),
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
      description: `The ${MAX_SERIES_VALUES} most frequent values, the most frequent first`
    }),
    other: Type.Integer({ description: 'Values that are not counted in `values`' }),
    last: Type.String(),
    changes,
    changed_at: changedAt
  },
  {
    description: `Strings are read up to their first ${MAX_SERIES_TEXT} characters; what differs behind them is one value`
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
        tz: Type.Optional(Type.String({ description: 'The time zone that was asked for' })),
        kind: Type.Literal(kind),
        kinds: Type.Object(
          { number: Type.Integer(), boolean: Type.Integer(), string: Type.Integer() },
          {
            description: 'Values that were read, by their kind: `points` has those of one'
          }
        ),
        points: Type.Array(point)
      },
      { $id }
    )

/** A series has the values of one kind: `kind` tells which, and so the shape of `points`. */
export const NumberSeriesSchema = seriesOf('number', NumberPointSchema, 'NumberSeries')
export type NumberSeries = Static<typeof NumberSeriesSchema>
export const BooleanSeriesSchema = seriesOf('boolean', BooleanPointSchema, 'BooleanSeries')
export type BooleanSeries = Static<typeof BooleanSeriesSchema>
export const StringSeriesSchema = seriesOf('string', StringPointSchema, 'StringSeries')
export type StringSeries = Static<typeof StringSeriesSchema>

export const SeriesSchema = Type.Union([NumberSeriesSchema, BooleanSeriesSchema, StringSeriesSchema])
export type Series = Static<typeof SeriesSchema>
