import type { Identity } from '@motience/kit'
import { DeviceIdSchema } from '@motience/schemas'
import { reasons, type ReasonCode } from '../wire/reasons.js'

/** Maximum size of a topic that is published to, in bytes. */
export const MAX_TOPIC_BYTES = 512

/** Maximum number of levels of a topic that is published to. */
export const MAX_TOPIC_LEVELS = 24

/** Name of a value that is published to the topic of the device itself. */
export const EMPTY_REST_NAME = 'value'

const ROOT = 'devices'

const deviceIdPattern = new RegExp(DeviceIdSchema.pattern!)

/** A device's topic: the device, and the rest of the topic, which names the value if the payload is one. */
export interface DeviceTopic { deviceId: string, rest: string }

const isDeviceId = (text: string): boolean => text.length <= DeviceIdSchema.maxLength! && deviceIdPattern.test(text)

/** A topic level as a device id; the characters that a level can't hold are written as `%2F` and `%2B`. */
const decodeLevel = (level: string): string => level.replace(/%2f/gi, '/').replace(/%2b/gi, '+')

/** A device id as a topic level; the inverse of what `readDeviceTopic` does. */
export const encodeLevel = (deviceId: string): string => deviceId.replaceAll('/', '%2F').replaceAll('+', '%2B')

/**
 * Reads a topic of the form `devices/<device>/<rest>`. Returns the reason of the refusal if it is not one, is too long
 * or too deep, or if the client may not publish as the device: the key of a device publishes only as that one.
 */
export const readDeviceTopic = (topic: string, identity: Identity): DeviceTopic | ReasonCode => {
  if (topic.length > MAX_TOPIC_BYTES || Buffer.byteLength(topic) > MAX_TOPIC_BYTES) return reasons.topicNameInvalid
  const levels = topic.split('/')
  if (levels.length > MAX_TOPIC_LEVELS || levels[0] !== ROOT || levels.length < 2) return reasons.topicNameInvalid
  const own = identity.deviceOnly ? identity.deviceId : null
  // a device whose name has a slash may write it as it is
  if (own !== null && own.includes('/') && `${topic}/`.startsWith(`${ROOT}/${own}/`)) {
    return { deviceId: own, rest: topic.slice(ROOT.length + own.length + 2) || EMPTY_REST_NAME }
  }
  const deviceId = decodeLevel(levels[1]!)
  if (!isDeviceId(deviceId)) return reasons.topicNameInvalid
  if (identity.deviceOnly && deviceId !== own) return reasons.notAuthorized
  return { deviceId, rest: levels.slice(2).join('/') || EMPTY_REST_NAME }
}
