import type { Identity } from '@motience/kit'
import type { IConnectPacket } from 'mqtt-packet'
import { readMessage, type UnnamedMessage } from './read-message.js'
import type { ReasonCode } from '../wire/reasons.js'

/** A will that may be published: the message, and how long after the connection has closed, in seconds. */
export interface Will { message: UnnamedMessage, delaySecs: number }

/** Reads the will of a CONNECT packet, which is checked as if it were published now; returns the reason if refused. */
export const readWill = (
  { topic, payload, properties }: NonNullable<IConnectPacket['will']>,
  identity: Identity,
  maxPayload: number
): Will | ReasonCode => {
  const message = readMessage({ topic, payload: payload as Buffer }, identity, maxPayload)
  return typeof message === 'number' ? message : { message, delaySecs: properties?.willDelayInterval ?? 0 }
}
