import type { LightMyRequestResponse } from 'fastify'
import { gauges, otlpBytes, otlpResponse, otlpStatus } from './otlp-request.js'

/** A time for readings: 2026-01-31T08:30:00.123456789Z. */
export const TIME = '1769848200123456789'

/** What the suite needs to know of one way to send. */
export interface Door {
  name: string
  url: string
  contentType: string
  /** Numbers that its format can carry, and the JSON text that each has to arrive as. */
  numbers: readonly (readonly [string, string])[]
  /** A body of readings `v`, of the device `pi` and with a time where the format has one; null is an invalid one. */
  body (values: readonly (string | null)[], device?: string): Buffer
  /** How many readings are refused, as the response says; null where a request has one reading only. */
  refused: ((response: LightMyRequestResponse) => { count: number, which: number | undefined }) | null
  /** The error of a response in the form of the protocol: a word or number for its kind. */
  error (response: LightMyRequestResponse): unknown
  unauthorized: unknown
  forbidden: unknown
  tooLarge: unknown
  /** Whether device keys are tested here: those of `POST /api/data` have tests of their own. */
  takesDeviceKeys: boolean
  /** Whether readings have times, so that a request that is sent again is a repeat. */
  isRepeatable: boolean
}

const digits = ['12345678901234567890', '0.1000000000000000055', '-0'] as const
const same = (texts: readonly string[]) => texts.map(text => [text, text] as const)
const problemCode = (response: LightMyRequestResponse) => response.json<{ code: string }>().code
const problems = { unauthorized: 'MOT_UNAUTHORIZED', forbidden: 'MOT_FORBIDDEN', tooLarge: 'MOT_BODY_TOO_LARGE' }

const influx = {
  contentType: 'text/plain; charset=utf-8',
  numbers: [['12345678901234567890u', digits[0]], ['9223372036854775807i', '9223372036854775807'], ...same(digits)],
  body: (values, device = 'pi') =>
    Buffer.from(values.map(value => `m,device=${device} v=${value ?? 'x'} ${TIME}\n`).join('')),
  takesDeviceKeys: true,
  isRepeatable: true
} as const satisfies Partial<Door>

const otlpPoints = (values: readonly (string | null)[], write: (value: string) => object) =>
  values.map(value => ({ timeUnixNano: TIME, ...value === null ? {} : write(value) }))

const deviceAttribute = (device: string) => [{ key: 'device.id', value: { stringValue: device } }]

export const doors: readonly Door[] = [
  {
    name: 'POST /api/data',
    url: '/api/data',
    contentType: 'application/json',
    numbers: same(digits),
    body: ([value], device = 'pi') =>
      Buffer.from(`{"producer_id":1,"device_id":"${device}","payload":${value == null ? '[]' : `{"v":${value}}`}}`),
    refused: null,
    error: problemCode,
    ...problems,
    takesDeviceKeys: false,
    isRepeatable: false
  },
  {
    name: 'a plain payload',
    url: '/api/data/payload?device_id=pi',
    contentType: 'application/x-www-form-urlencoded',
    numbers: same(digits),
    body: ([value]) => Buffer.from(value == null ? '[]' : `{"v":${value}}`),
    refused: null,
    error: problemCode,
    ...problems,
    takesDeviceKeys: true,
    isRepeatable: false
  },
  {
    ...influx,
    name: 'Influx, version 2',
    url: '/api/v2/write?org=a&bucket=b&precision=ns',
    refused: response => {
      const { code, line, refused } = response.json<{ code: string, line: number, refused: number }>()
      return { count: response.statusCode === 400 && code === 'invalid' ? refused : -1, which: line - 1 }
    },
    error: problemCode,
    unauthorized: 'unauthorized',
    forbidden: 'forbidden',
    tooLarge: 'request too large'
  },
  {
    ...influx,
    name: 'Influx, version 1',
    url: '/write?db=a',
    refused: response => {
      const [, line, count] = /^partial write: .*: line (\d+): .* dropped=(\d+)$/
        .exec(response.json<{ error: string }>().error) ?? []
      return { count: response.statusCode === 400 ? Number(count) : -1, which: Number(line) - 1 }
    },
    error: response => typeof response.json<{ error: string }>().error,
    unauthorized: 'string',
    forbidden: 'string',
    tooLarge: 'string'
  },
  {
    name: 'OTLP, JSON',
    url: '/v1/metrics',
    contentType: 'application/json',
    numbers: same(digits),
    body: (values, device = 'pi') => {
      const request = gauges(otlpPoints(values, value => ({ asDouble: `#${value}#` })), deviceAttribute(device))
      return Buffer.from(JSON.stringify(request).replace(/"#(.*?)#"/g, '$1'))
    },
    refused: response => {
      const { rejectedDataPoints: count, errorMessage } = response.json<{
        partialSuccess: { rejectedDataPoints: string, errorMessage: string }
      }>().partialSuccess
      return { count: Number(count), which: Number(/data point (\d+):/.exec(errorMessage)?.[1]) - 1 }
    },
    error: problemCode,
    unauthorized: 16,
    forbidden: 7,
    tooLarge: 8,
    takesDeviceKeys: true,
    isRepeatable: true
  },
  {
    name: 'OTLP, protobuf',
    url: '/v1/metrics',
    contentType: 'application/x-protobuf',
    // Doubles and signed 64-bit integers are all that it has.
    numbers: [
      ['9223372036854775807i', '9223372036854775807'], ['-9223372036854775808i', '-9223372036854775808'],
      ['0.1000000000000000055', '0.1'], ['-0', '-0'], ['1e300', '1e+300']
    ],
    body: (values, device = 'pi') => otlpBytes(gauges(
      otlpPoints(values, value => value.endsWith('i') ? { asInt: value.slice(0, -1) } : { asDouble: Number(value) }),
      deviceAttribute(device)
    )),
    refused: response => {
      const { rejectedDataPoints: count, errorMessage } = otlpResponse(response.rawPayload)['partialSuccess'] as {
        rejectedDataPoints: string, errorMessage: string
      }
      return { count: Number(count), which: Number(/data point (\d+):/.exec(errorMessage)?.[1]) - 1 }
    },
    error: response => otlpStatus(response.rawPayload)['code'],
    unauthorized: 16,
    forbidden: 7,
    tooLarge: 8,
    takesDeviceKeys: true,
    isRepeatable: true
  },
  {
    name: 'SenML, JSON',
    url: '/api/senml',
    contentType: 'application/senml+json',
    numbers: same(digits),
    body: (values, device = 'pi') => Buffer.from(`[${values
      .map(value => `{"bn":"${device}:","n":"v","t":1769848200.123456789,"v":${value ?? '"x"'}}`)
      .join(',')}]`),
    refused: response => {
      const { refused } = response.json<{ refused: { record: number }[] }>()
      return { count: refused.length, which: refused[0]?.record }
    },
    error: problemCode,
    ...problems,
    takesDeviceKeys: true,
    isRepeatable: true
  }
]
