import { Type, type TSchema } from '@sinclair/typebox'
import { PayloadSchema } from '../message.js'
import type { ProblemCode } from '../errors/index.js'
import { bearer, NoContentSchema, problems, withExample } from '../route.js'
import { AcceptedSchema } from './accepted.js'
import {
  InfluxErrorSchema, InfluxV1ErrorSchema, InfluxV1WriteQuerySchema, InfluxWriteQuerySchema, OtlpQuerySchema,
  OtlpResponseSchema, OtlpStatusSchema, PayloadQuerySchema, SenmlResultSchema
} from './doors.js'
import * as examples from './examples.js'

const guarded = [
  'MOT_UNAUTHORIZED', 'MOT_TOKEN_EXPIRED', 'MOT_TOKEN_REVOKED', 'MOT_FORBIDDEN', 'MOT_BODY_TOO_LARGE',
  'MOT_UNSUPPORTED_MEDIA_TYPE', 'MOT_DSM_BAD_PAYLOAD', 'MOT_DSM_PAYLOAD_TOO_LARGE'
] as const satisfies readonly ProblemCode[]

type Content = Record<string, { schema: TSchema }>

/** The errors of a protocol that has bodies of its own for them, by status. */
const errorsAs = (content: Content): Record<number, { description: string, content: Content }> =>
  Object.fromEntries(
    Object.entries(problems(...guarded)).map(([status, { description }]) => [status, { description, content }])
  )

const LineProtocolSchema = Type.String({ format: 'binary', description: 'Influx line protocol in UTF-8' })
const lineProtocol = { content: { 'text/plain': { schema: withExample(LineProtocolSchema, examples.lines) } } }
const bytes = (description: string): TSchema => withExample(Type.String({ format: 'binary', description }), '')

export const postInfluxWriteRoute = {
  method: 'POST',
  url: '/api/v2/write',
  schema: {
    operationId: 'writeInflux',
    tags: ['doors'],
    summary: 'Send Influx line protocol, as to version 2 of InfluxDB; returns when all lines are stored and published',
    security: bearer,
    querystring: withExample(InfluxWriteQuerySchema, { org: 'home', bucket: 'attic', precision: 'ns' }),
    body: lineProtocol,
    response: {
      204: NoContentSchema,
      ...errorsAs({ 'application/json': { schema: withExample(InfluxErrorSchema, examples.influxError) } })
    }
  }
} as const

export const postInfluxV1WriteRoute = {
  method: 'POST',
  url: '/write',
  schema: {
    operationId: 'writeInfluxV1',
    tags: ['doors'],
    summary: 'Send Influx line protocol, as to version 1 of InfluxDB',
    security: bearer,
    querystring: withExample(InfluxV1WriteQuerySchema, { db: 'attic', precision: 's' }),
    body: lineProtocol,
    response: {
      204: NoContentSchema,
      ...errorsAs({
        'application/json': { schema: withExample(InfluxV1ErrorSchema, { error: examples.influxError.message }) }
      })
    }
  }
} as const

export const getInfluxPingRoute = {
  method: 'GET',
  url: '/ping',
  schema: {
    operationId: 'pingInflux',
    tags: ['doors'],
    summary: 'For clients of InfluxDB that ask whether it is there',
    response: { 204: NoContentSchema, ...problems() }
  }
} as const

export const postOtlpMetricsRoute = {
  method: 'POST',
  url: '/v1/metrics',
  schema: {
    operationId: 'exportMetrics',
    tags: ['doors'],
    summary: 'Send metrics of OpenTelemetry (OTLP/HTTP); returns when all data points are stored and published',
    security: bearer,
    querystring: withExample(OtlpQuerySchema, { device_tag: 'device.id' }),
    body: {
      content: {
        'application/x-protobuf': { schema: bytes('`ExportMetricsServiceRequest`') },
        'application/json': {
          schema: withExample(
            Type.Object({}, { additionalProperties: true, description: '`ExportMetricsServiceRequest` as JSON' }),
            examples.otlpRequest
          )
        }
      }
    },
    response: {
      200: {
        description: '`ExportMetricsServiceResponse`, in the encoding of the request',
        content: {
          'application/json': { schema: withExample(OtlpResponseSchema, {}) },
          'application/x-protobuf': { schema: bytes('`ExportMetricsServiceResponse`') }
        }
      },
      ...errorsAs({
        'application/json': { schema: withExample(OtlpStatusSchema, { code: 16, message: 'Not authenticated' }) },
        'application/x-protobuf': { schema: bytes('`google.rpc.Status`') }
      })
    }
  }
} as const

export const postSenmlRoute = {
  method: 'POST',
  url: '/api/senml',
  schema: {
    operationId: 'postSenml',
    tags: ['doors'],
    summary: 'Send a SenML pack (RFC 8428) as JSON or CBOR',
    security: bearer,
    body: {
      content: {
        'application/senml+json': {
          schema: withExample(Type.Array(Type.Object({}, { additionalProperties: true })), examples.senmlPack)
        },
        'application/senml+cbor': { schema: bytes('The pack as CBOR') }
      }
    },
    response: {
      200: withExample(SenmlResultSchema, { results: [examples.accepted] }),
      ...problems(...guarded, 'MOT_BAD_JSON', 'MOT_DSM_SEQ_PASSED')
    }
  }
} as const

export const postPayloadRoute = {
  method: 'POST',
  url: '/api/data/payload',
  schema: {
    operationId: 'postPayload',
    tags: ['doors'],
    summary: 'Send a message whose payload is the whole body: a JSON object, whatever its content type says',
    security: bearer,
    querystring: withExample(PayloadQuerySchema, { device_id: 'attic-pi' }),
    body: withExample(PayloadSchema, examples.message.payload),
    response: {
      200: withExample(AcceptedSchema, examples.accepted),
      ...problems(...guarded, 'MOT_BAD_JSON', 'MOT_DSM_SEQ_PASSED')
    }
  }
} as const
