import { reasons, type ReasonCode } from './reasons.js'

/** First bytes of the packets that answer PUBLISH and PUBREL. */
const headers = { puback: 0x40, pubrec: 0x50, pubcomp: 0x70 } as const

/**
 * Encodes an acknowledgement, the most frequent packet that is sent. A reason is only sent if it is not success, and
 * only to clients with MQTT 5.
 */
export const acknowledgement = (
  type: keyof typeof headers,
  packetId: number,
  reason: ReasonCode,
  version: number
): Buffer => {
  const header = headers[type]
  return version === 5 && reason !== reasons.success
    ? Buffer.from([header, 3, packetId >> 8, packetId & 0xff, reason])
    : Buffer.from([header, 2, packetId >> 8, packetId & 0xff])
}
