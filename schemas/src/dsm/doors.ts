import { Type, type Static } from '@sinclair/typebox'
import { DeviceIdSchema, MessageIdSchema, StringEnum, TimestampSchema } from '../common.js'
import { SeqSchema, SessionSchema } from '../message.js'
import { AcceptedSchema } from './accepted.js'

/** Maximum number of messages (lines, data points, records) in one request of a door. */
export const MAX_DOOR_POINTS = 10_000

/** Maximum size of a request's body at a door, in bytes, after decompression. */
export const DOOR_BODY_LIMIT = 8_388_608

/** Maximum number of refused lines, data points or records that a response describes. */
export const MAX_LISTED_FAULTS = 100

const DeviceTagSchema = Type.String({
  minLength: 1,
  maxLength: 128,
  description: 'Name of the tag or attribute that holds the name of the device, instead of the default ones'
})

/** Units of timestamps in line protocol; `n`, `u`, `µ`, `m` and `h` are those of version 1. */
export const PrecisionSchema = StringEnum(['ns', 'n', 'us', 'u', 'µ', 'ms', 's', 'm', 'h'], {
  description: 'Unit of the timestamps; nanoseconds by default'
})
export type Precision = Static<typeof PrecisionSchema>

/** `org`, `bucket` and whatever else clients send are ignored: the credential names the producer. */
export const InfluxWriteQuerySchema = Type.Object({
  org: Type.Optional(Type.String({ description: 'Ignored' })),
  bucket: Type.Optional(Type.String({ description: 'Ignored' })),
  precision: Type.Optional(PrecisionSchema),
  device_tag: Type.Optional(DeviceTagSchema)
})

export const InfluxV1WriteQuerySchema = Type.Object({
  db: Type.Optional(Type.String({ description: 'Ignored' })),
  u: Type.Optional(Type.String({ description: 'User name, ignored: the password is the credential' })),
  p: Type.Optional(Type.String({ description: 'Password: a key or an access token' })),
  precision: Type.Optional(PrecisionSchema),
  device_tag: Type.Optional(DeviceTagSchema)
})

/** An error of InfluxDB's version 2, with every refused line. */
export const InfluxErrorSchema = Type.Object({
  code: Type.String({ description: "InfluxDB's code, such as `invalid` or `unauthorized`" }),
  message: Type.String(),
  line: Type.Optional(Type.Integer({ minimum: 1, description: 'The first refused line' })),
  accepted: Type.Optional(Type.Integer({ minimum: 0, description: 'Number of lines that are stored' })),
  refused: Type.Optional(Type.Integer({ minimum: 1, description: 'Number of lines that are not stored' })),
  errors: Type.Optional(Type.Array(Type.Object({ line: Type.Integer({ minimum: 1 }), message: Type.String() }), {
    maxItems: MAX_LISTED_FAULTS,
    description: 'The refused lines, the first ones if there are many'
  }))
}, { $id: 'InfluxError' })
export type InfluxError = Static<typeof InfluxErrorSchema>

/** An error of InfluxDB's version 1. */
export const InfluxV1ErrorSchema = Type.Object({ error: Type.String() }, { $id: 'InfluxV1Error' })

export const OtlpQuerySchema = Type.Object({
  device_tag: Type.Optional(DeviceTagSchema)
}, { additionalProperties: false })

/** `ExportMetricsServiceResponse` as JSON. */
export const OtlpResponseSchema = Type.Object({
  partialSuccess: Type.Optional(Type.Object({ rejectedDataPoints: Type.String(), errorMessage: Type.String() }))
}, { $id: 'OtlpResponse' })

/** `google.rpc.Status` as JSON. */
export const OtlpStatusSchema = Type.Object({
  code: Type.Integer({ description: 'A code of gRPC' }),
  message: Type.String()
}, { $id: 'OtlpStatus' })

/** What a SenML pack became: its messages in order, and the records that are not stored. */
export const SenmlResultSchema = Type.Object({
  results: Type.Array(AcceptedSchema),
  refused: Type.Optional(Type.Array(Type.Object({
    record: Type.Integer({ minimum: 0, description: 'Index of the record in the pack' }),
    message: Type.String()
  }), { maxItems: MAX_LISTED_FAULTS, description: 'The refused records, the first ones if there are many' }))
}, { $id: 'SenmlResult' })
export type SenmlResult = Static<typeof SenmlResultSchema>

/** What may be said of a message beside its payload, which is the whole body. */
export const PayloadQuerySchema = Type.Object({
  device_id: Type.Optional(DeviceIdSchema),
  id: Type.Optional(MessageIdSchema),
  session: Type.Optional(SessionSchema),
  seq: Type.Optional(SeqSchema),
  timestamp: Type.Optional(TimestampSchema)
}, { additionalProperties: false })
export type PayloadQuery = Static<typeof PayloadQuerySchema>
