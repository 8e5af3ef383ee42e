import { ProblemError, type Identity, type TokenVerifier } from '@motience/kit'
import type { IConnectPacket } from 'mqtt-packet'
import { randomBytes } from 'node:crypto'
import { MqttError, reasons, type ReasonCode } from '../wire/reasons.js'

/** Maximum size of a client id, in bytes. */
const MAX_CLIENT_ID = 256

/** Maximum size of a credential, in bytes. */
const MAX_CREDENTIAL = 8_192

/** The session expiry that says never (MQTT 5, section 3.1.2.11.2), and that MQTT 3.1.1 means without clean session. */
const NEVER = 0xffffffff

/** What a CONNECT packet asks for, checked. */
export interface ConnectRequest {
  version: 4 | 5
  clientId: string
  /** Whether the server chose the client id. */
  assigned: boolean
  clean: boolean
  /** Time that the session is kept, in seconds, bounded by the server. */
  expirySecs: number
  /** Whether that is less than the client asked for. */
  expiryBounded: boolean
  keepAliveSecs: number
  /** Maximum number of QoS 1 messages that the client takes without acks. */
  receiveMaximum: number
  /** Maximum size of a packet that the client takes, in bytes. */
  maxPacket: number
  credential: string
}

/** Reads a CONNECT packet. Throws an `MqttError` with the reason of the refusal. */
export const readConnect = (packet: IConnectPacket, maxExpirySecs: number): ConnectRequest => {
  const { clientId, password, clean = true, keepalive = 0, will, properties = {} } = packet
  const version = packet.protocolVersion as 4 | 5
  if (properties.authenticationMethod !== undefined) {
    throw new MqttError(reasons.badAuthenticationMethod, 'Extended authentication is not supported')
  }
  if (clientId === '' && version === 4 && !clean) throw new MqttError(reasons.clientIdInvalid, 'No client id')
  if (Buffer.byteLength(clientId) > MAX_CLIENT_ID) throw new MqttError(reasons.clientIdInvalid, 'The client id is long')
  if (properties.receiveMaximum === 0 || properties.maximumPacketSize === 0) {
    throw new MqttError(reasons.protocolError, 'A maximum is 0')
  }
  if (version === 5 && will?.retain === true) throw new MqttError(reasons.retainNotSupported, 'The will is retained')
  if (password === undefined || password.length === 0 || password.length > MAX_CREDENTIAL) {
    throw new MqttError(reasons.badCredentials, 'No credential')
  }
  const wanted = version === 5 ? properties.sessionExpiryInterval ?? 0 : clean ? 0 : NEVER
  return {
    version,
    clientId: clientId === '' ? `auto-${randomBytes(12).toString('base64url')}` : clientId,
    assigned: clientId === '',
    clean,
    expirySecs: Math.min(wanted, maxExpirySecs),
    expiryBounded: wanted > maxExpirySecs,
    keepAliveSecs: keepalive,
    receiveMaximum: properties.receiveMaximum ?? 65_535,
    maxPacket: properties.maximumPacketSize ?? Infinity,
    credential: password.toString('utf8')
  }
}

const reasonOf = ({ code }: ProblemError): ReasonCode => {
  switch (code) {
    case 'MOT_UNAVAILABLE': return reasons.serverUnavailable
    case 'MOT_RATE_LIMITED': return reasons.quotaExceeded
    default: return reasons.badCredentials
  }
}

/** Verifies a client's credential. Throws an `MqttError`. */
export const verifyCredential = async (verifier: TokenVerifier, credential: string): Promise<Identity> => {
  try {
    return await verifier.verify(credential)
  } catch (error) {
    if (error instanceof ProblemError) throw new MqttError(reasonOf(error), 'The credential was refused')
    throw error
  }
}
