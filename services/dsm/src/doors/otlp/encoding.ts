import { ProblemError, type WriteProblem } from '@motience/kit'
import type { FastifyRequest } from 'fastify'
import type { Outcome } from '../../accept/outcome.js'
import { parseExactJson } from '../exact-json.js'
import { faultText } from '../fault-text.js'
import { decodeRequest, encodeResponse, encodeStatus, type Fields } from './messages.js'

export const PROTOBUF = 'application/x-protobuf'
const JSON_TYPE = 'application/json'

/** The media type of a request, without parameters. */
const mediaType = ({ headers }: Pick<FastifyRequest, 'headers'>): string =>
  (headers['content-type'] ?? '').split(';', 1)[0]!.trim().toLowerCase()

/** Decodes a body by its content type. Throws MOT_UNSUPPORTED_MEDIA_TYPE, MOT_BAD_INPUT or MOT_BAD_JSON. */
export const decodeBody = (request: Pick<FastifyRequest, 'headers'>, body: Buffer): unknown => {
  switch (mediaType(request)) {
    case JSON_TYPE: return parseExactJson(body)
    case PROTOBUF:
      try {
        return decodeRequest(body)
      } catch (cause) {
        throw new ProblemError('MOT_BAD_INPUT', 'The body is no ExportMetricsServiceRequest', { cause })
      }
    default:
      throw new ProblemError('MOT_UNSUPPORTED_MEDIA_TYPE', `The content type may be ${PROTOBUF} or ${JSON_TYPE}`)
  }
}

/** A response is encoded as its request, and as protobuf where the request was neither. */
const encode = (
  request: Pick<FastifyRequest, 'headers'>,
  message: Fields,
  encodeMessage: (message: Fields) => Uint8Array
): { type: string, body: string | Buffer } =>
  mediaType(request) === JSON_TYPE
    ? { type: JSON_TYPE, body: JSON.stringify(message) }
    : { type: PROTOBUF, body: Buffer.from(encodeMessage(message)) }

/** Maximum number of refused data points that a response describes. */
const MAX_DESCRIBED = 10

/** The response to accepted and refused data points: empty, or a partial success. */
export const responseFor = (
  request: Pick<FastifyRequest, 'headers'>,
  outcomes: readonly Outcome[]
): { type: string, body: string | Buffer } => {
  const refused = outcomes.flatMap((outcome, index) => outcome instanceof ProblemError ? [{ index, outcome }] : [])
  if (refused.length === 0) return encode(request, {}, encodeResponse)
  const described = refused
    .slice(0, MAX_DESCRIBED)
    .map(({ index, outcome }) => `data point ${index + 1}: ${faultText(outcome)}`)
  return encode(request, {
    partialSuccess: {
      rejectedDataPoints: String(refused.length),
      errorMessage: `${refused.length} of ${outcomes.length} data points refused: ${described.join('; ')}`
    }
  }, encodeResponse)
}

/** Codes of gRPC by HTTP status. */
const codes: Record<number, number> = { 400: 3, 401: 16, 403: 7, 404: 5, 408: 4, 413: 8, 415: 3, 429: 8, 503: 14 }
const INTERNAL = 13

/** Writes a problem as a `google.rpc.Status`. */
export const writeStatus: WriteProblem = ({ statusCode, message }, request) =>
  encode(request, { code: codes[statusCode] ?? INTERNAL, message }, encodeStatus)
