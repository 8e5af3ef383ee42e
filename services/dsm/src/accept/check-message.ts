import { maySendAs, ProblemError, type Identity } from '@motience/kit'
import { readInstant, type DataBody, type PayloadText } from '@motience/schemas'
import { draftMessage, type Draft } from './envelope.js'

/**
 * Checks what a message's schema can't, and writes its envelope: the sender (a service for any producer, a producer for
 * itself, a device's key for its device alone), and the size and form of the payload, which is passed on unchanged. A
 * producer's own message without a `device_id` gets that of its token or key. Returns the draft, or the problem to
 * answer with.
 */
export const checkMessage = (
  body: DataBody,
  payload: PayloadText,
  identity: Identity,
  maxPayload: number,
  receivedAt: number
): Draft | ProblemError => {
  const own = identity.role === 'producer' && identity.userId === body.producer_id
  if (!own && identity.role !== 'service') {
    return new ProblemError('MOT_FORBIDDEN', 'A producer can only send its own messages')
  }
  if (!maySendAs(identity, body.device_id)) {
    return new ProblemError('MOT_FORBIDDEN', 'The key of a device can only send as that device')
  }
  const { fault } = payload
  if (fault !== null) {
    return new ProblemError('MOT_DSM_BAD_PAYLOAD', undefined, {
      errors: [{ path: `/payload${fault.path}`, message: fault.message }]
    })
  }
  if (payload.exceeds(maxPayload)) {
    return new ProblemError('MOT_DSM_PAYLOAD_TOO_LARGE', `The maximum payload size is ${maxPayload} bytes`)
  }
  return draftMessage(
    body,
    body.device_id ?? (own ? identity.deviceId : null),
    payload.text,
    body.timestamp === undefined ? null : readInstant(body.timestamp),
    receivedAt
  )
}
