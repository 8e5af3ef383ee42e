import type { IConnackPacket } from 'mqtt-packet'
import { MAX_TOPIC_ALIASES } from '../producers/topic-aliases.js'
import { connackReturnCode, reasons, type ReasonCode } from '../wire/reasons.js'
import type { ConnectRequest } from './read-connect.js'

/** The CONNACK packet of a client that was admitted; in MQTT 5 with what the server does not do. */
export const connackOf = (
  { version, clientId, assigned, expirySecs, expiryBounded }: ConnectRequest,
  { maxPacket, maxInFlight }: { maxPacket: number, maxInFlight: number },
  sessionPresent: boolean
): IConnackPacket => version === 4
  ? { cmd: 'connack', returnCode: 0, sessionPresent }
  : {
      cmd: 'connack',
      reasonCode: reasons.success,
      sessionPresent,
      properties: {
        receiveMaximum: maxInFlight,
        maximumPacketSize: maxPacket,
        topicAliasMaximum: MAX_TOPIC_ALIASES,
        retainAvailable: false,
        wildcardSubscriptionAvailable: true,
        subscriptionIdentifiersAvailable: false,
        sharedSubscriptionAvailable: false,
        ...(assigned ? { assignedClientIdentifier: clientId } : {}),
        ...(expiryBounded ? { sessionExpiryInterval: expirySecs } : {})
      }
    }

/** The CONNACK packet of a client that was refused. */
export const refusalOf = (reason: ReasonCode, version: number): IConnackPacket => version === 5
  ? { cmd: 'connack', reasonCode: reason, sessionPresent: false }
  : { cmd: 'connack', returnCode: connackReturnCode(reason), sessionPresent: false }
