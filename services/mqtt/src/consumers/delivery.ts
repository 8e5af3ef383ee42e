import { payloadOf, type Envelope } from '@motience/schemas'
import { generate } from 'mqtt-packet'
import { deliveryTopic } from './topic-filter.js'

/** How a message is sent to a consumer. */
export interface DeliveryOptions { version: 4 | 5, packetId: number | null, again: boolean }

/**
 * Encodes the PUBLISH packet of an envelope: the payload as it was sent and, in MQTT 5, its position, time and id as
 * user properties. At QoS 0 there is no packet id.
 */
export const encodeDelivery = (text: string, { version, packetId, again }: DeliveryOptions): Buffer => {
  const { producer_id: producerId, device_id: deviceId, epoch, offset, timestamp, id } = JSON.parse(text) as Envelope
  return generate({
    cmd: 'publish',
    topic: deliveryTopic(producerId, deviceId),
    payload: payloadOf(text)!.text,
    qos: packetId === null ? 0 : 1,
    dup: again,
    retain: false,
    ...(packetId === null ? {} : { messageId: packetId }),
    ...(version === 4
      ? {}
      : {
          properties: {
            payloadFormatIndicator: true,
            contentType: 'application/json',
            userProperties: {
              epoch: String(epoch), offset: String(offset), timestamp, ...(id === null ? {} : { id })
            }
          }
        })
  }, { protocolVersion: version })
}
