import { dataBodyText } from '@motience/dispatch'
import { hasScope, type Identity } from '@motience/kit'
import { reasons, type ReasonCode } from '../wire/reasons.js'
import { readDeviceTopic } from './device-topic.js'
import { readPayload } from './payload.js'

/** A packet's topic and payload, from a PUBLISH packet or a will. */
export interface Published { topic: string, payload: Buffer }

/** How a message is named for DSM: a repeat has the same `session` and `seq`. */
export interface MessageName { session: string, seq: number }

/** Checks a message once, and writes its text for DSM as soon as it has a name. */
export type UnnamedMessage = (name: MessageName) => string

/**
 * Reads the message that a client publishes. Returns the reason if it is refused: the topic, the rights of the client,
 * or the payload.
 */
export const readMessage = (
  { topic, payload: bytes }: Published,
  identity: Identity,
  maxPayload: number
): UnnamedMessage | ReasonCode => {
  if (identity.role !== 'producer' || !hasScope(identity, 'data:write')) return reasons.notAuthorized
  const device = readDeviceTopic(topic, identity)
  if (typeof device === 'number') return device
  if (bytes.length > maxPayload) return reasons.quotaExceeded
  const payload = readPayload(bytes, device.rest)
  if (payload === null || payload.fault !== null) return reasons.payloadFormatInvalid
  if (payload.exceeds(maxPayload)) return reasons.quotaExceeded
  return ({ session, seq }) => dataBodyText(
    { device_id: device.deviceId, session, seq, payload: {} },
    payload,
    { producerId: identity.userId, deviceId: null, maxPayload }
  ) as string
}
