/** Reason codes of MQTT 5 (section 2.4) that this server sends or checks. */
export const reasons = {
  success: 0x00,
  disconnectWithWill: 0x04,
  noSubscriptionExisted: 0x11,
  unspecified: 0x80,
  malformedPacket: 0x81,
  protocolError: 0x82,
  implementationError: 0x83,
  unsupportedVersion: 0x84,
  clientIdInvalid: 0x85,
  badCredentials: 0x86,
  notAuthorized: 0x87,
  serverUnavailable: 0x88,
  serverBusy: 0x89,
  serverShuttingDown: 0x8b,
  badAuthenticationMethod: 0x8c,
  keepAliveTimeout: 0x8d,
  sessionTakenOver: 0x8e,
  topicFilterInvalid: 0x8f,
  topicNameInvalid: 0x90,
  packetIdInUse: 0x91,
  packetIdNotFound: 0x92,
  receiveMaximumExceeded: 0x93,
  topicAliasInvalid: 0x94,
  packetTooLarge: 0x95,
  messageRateTooHigh: 0x96,
  quotaExceeded: 0x97,
  payloadFormatInvalid: 0x99,
  retainNotSupported: 0x9a,
  sharedSubscriptionsNotSupported: 0x9e,
  subscriptionIdsNotSupported: 0xa1
} as const

export type ReasonCode = (typeof reasons)[keyof typeof reasons]

const names = new Map(Object.entries(reasons).map(([name, code]) => [code, name]))

/** The name of a reason code, for logs and metrics. */
export const reasonName = (code: ReasonCode): string => names.get(code)!

/** The CONNACK return code of MQTT 3.1.1 (section 3.2.2.3) for a reason. */
export const connackReturnCode = (reason: ReasonCode): number => {
  switch (reason) {
    case reasons.success: return 0
    case reasons.unsupportedVersion: return 1
    case reasons.clientIdInvalid: return 2
    case reasons.badCredentials: return 4
    case reasons.notAuthorized:
    case reasons.badAuthenticationMethod: return 5
    default: return 3
  }
}

/** What ends a connection, or refuses its CONNECT packet. */
export class MqttError extends Error {
  override name = 'MqttError'
  readonly reason: ReasonCode

  constructor (reason: ReasonCode, message: string) {
    super(message)
    this.reason = reason
  }
}
