import { ProblemError, type Identity } from '@motience/kit'
import { checkPayload, type DataBody } from '@motience/schemas'
import { draftMessage, type Draft } from './envelope.js'

/** Most bytes that one UTF-16 unit takes in UTF-8. */
const MAX_BYTES_OF_UNIT = 3

const refuse = (code: 'MOT_DSM_BAD_PAYLOAD' | 'MOT_BAD_INPUT', path: string, message: string): ProblemError =>
  new ProblemError(code, undefined, { errors: [{ path, message }] })

/**
 * Checks of a message what its schema can't, and writes its envelope: who sends it (a service for anybody, a producer
 * for itself), the payload's size and form, and the time. A producer's own message without `device_id` gets that of
 * its token. Returns the draft, or the problem to answer.
 */
export const checkMessage = (body: DataBody, identity: Identity, maxPayload: number, receivedAt: number): Draft | ProblemError => {
  const own = identity.role === 'producer' && identity.userId === body.producer_id
  if (!own && identity.role !== 'service') return new ProblemError('MOT_FORBIDDEN', 'A producer sends messages of its own only')
  const fault = checkPayload(body.payload, '/payload')
  if (fault !== null) return refuse('MOT_DSM_BAD_PAYLOAD', fault.path, fault.message)
  const payload = JSON.stringify(body.payload)
  if (payload.length * MAX_BYTES_OF_UNIT > maxPayload && (payload.length > maxPayload || Buffer.byteLength(payload) > maxPayload)) {
    return new ProblemError('MOT_DSM_PAYLOAD_TOO_LARGE', `The payload may have ${maxPayload} bytes`)
  }
  const timestampMs = body.timestamp === undefined ? receivedAt : Date.parse(body.timestamp)
  if (timestampMs < MIN_TIMESTAMP || timestampMs > MAX_TIMESTAMP) return refuse('MOT_BAD_INPUT', '/timestamp', 'is not of the years 0000 to 9999 in UTC')
  return draftMessage(body, body.device_id ?? (own ? identity.deviceId : null), payload, timestampMs, receivedAt)
}

/** RFC 3339 has four digits for a year: an instant at its edges may leave it as it is turned into UTC. */
const MIN_TIMESTAMP = Date.parse('0000-01-01T00:00:00.000Z')
const MAX_TIMESTAMP = Date.parse('9999-12-31T23:59:59.999Z')
