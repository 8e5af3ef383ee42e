import { parser, type IConnectPacket, type Packet } from 'mqtt-packet'
import { MqttError, reasons } from './reasons.js'

/** Versions of the protocol that are served: MQTT 3.1.1 and 5. */
export type ProtocolVersion = 4 | 5

/** Types of packets whose packet id has to be at least 1. */
const withPacketId = new Set(['puback', 'pubrec', 'pubrel', 'pubcomp', 'subscribe', 'unsubscribe'])

/** Packets without a variable header in MQTT 3.1.1; only PINGREQ in MQTT 5. */
const emptyPackets = new Set(['pingreq', 'disconnect'])

/** Acknowledgements, which are a packet id and nothing else in MQTT 3.1.1. */
const acknowledgements = new Set(['puback', 'pubrec', 'pubrel', 'pubcomp'])

/** Properties that may come more than once. */
const repeatable = new Set(['userProperties', 'subscriptionIdentifier'])

/** Whether a text is not allowed in a packet; U+FFFD is what bytes that are no UTF-8 are read as. */
const isBadText = (text: string): boolean => text.includes('\u0000') || text.includes('\ufffd')

const malformed = (message: string): never => { throw new MqttError(reasons.malformedPacket, message) }

const protocolError = (message: string): never => { throw new MqttError(reasons.protocolError, message) }

/**
 * Parses the packets of one connection, one at a time, and checks what `mqtt-packet` leaves to its users: packet ids,
 * topics that are no UTF-8, lengths, and properties that come twice.
 */
export class PacketParser {
  readonly #parser = parser()
  #packet: Packet | null = null
  #error: Error | null = null

  constructor () {
    this.#parser.on('packet', packet => { this.#packet = packet })
    this.#parser.on('error', (error: Error) => { this.#error ??= error })
  }

  /** Parses one complete packet. Throws an `MqttError` that says how to close the connection. */
  parse (bytes: Buffer): Packet {
    this.#packet = null
    try {
      this.#parser.parse(bytes)
    } catch (error) {
      // it reads beyond the end of a packet that is too short
      this.#error ??= error as Error
    }
    if (this.#error !== null) {
      const { message } = this.#error
      if (message === 'Invalid protocol version' || message === 'Invalid protocolId') {
        throw new MqttError(reasons.unsupportedVersion, message)
      }
      malformed(message)
    }
    if (this.#packet === null) malformed('The packet is incomplete')
    const packet = this.#packet!
    this.#check(packet, bytes)
    return packet
  }

  /** Sets the version that the packets after CONNECT are parsed by, and lets go of CONNECT with its password. */
  setVersion (protocolVersion: ProtocolVersion): void {
    Object.assign(this.#parser, { settings: { protocolVersion } })
  }

  #check (packet: Packet, bytes: Buffer): void {
    const { cmd } = packet
    const { protocolVersion } = (this.#parser as unknown as { settings: { protocolVersion?: number } }).settings
    if (withPacketId.has(cmd) && !(packet.messageId! > 0)) protocolError('The packet id is missing')
    if (protocolVersion === 4) {
      if (emptyPackets.has(cmd) && bytes.length !== 2) malformed(`${cmd} has a length`)
      if (acknowledgements.has(cmd) && bytes.length !== 4) malformed(`${cmd} has a wrong length`)
    } else if (cmd === 'pingreq' && bytes.length !== 2) {
      malformed(`${cmd} has a length`)
    }
    const properties = (packet as { properties?: Record<string, unknown> }).properties ?? {}
    for (const [name, value] of Object.entries(properties)) {
      if (Array.isArray(value) && !repeatable.has(name)) protocolError(`The property ${name} comes twice`)
      if (value === null || value === undefined || value === -1) malformed(`The property ${name} is incomplete`)
    }
    switch (packet.cmd) {
      case 'connect':
        checkConnect(packet)
        break
      case 'publish':
        if (packet.qos > 0 && !(packet.messageId! > 0)) protocolError('The packet id is missing')
        if (packet.qos === 0 && packet.dup) malformed('DUP is set at QoS 0')
        if (isBadText(packet.topic)) malformed('The topic is no valid UTF-8')
        break
      case 'subscribe':
        if (packet.subscriptions.length === 0) protocolError('No topic filter')
        if (packet.subscriptions.some(({ topic }) => isBadText(topic))) malformed('A filter is no valid UTF-8')
        break
      case 'unsubscribe':
        if (packet.unsubscriptions.length === 0) protocolError('No topic filter')
        break
    }
  }
}

const checkConnect = ({ protocolId, protocolVersion, username, password, clientId, will }: IConnectPacket): void => {
  if (protocolVersion === 3 || protocolId !== 'MQTT') {
    throw new MqttError(reasons.unsupportedVersion, 'MQTT 3.1 is not served')
  }
  if (protocolVersion === 4 && password !== undefined && username === undefined) malformed('A password without a name')
  if (isBadText(clientId)) malformed('The client id is no valid UTF-8')
  if (will !== undefined && (isBadText(will.topic) || (will.qos ?? 0) > 2)) malformed('The will is malformed')
}
