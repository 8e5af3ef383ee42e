import type { Identity } from '@motience/kit'
import { encodeLevel, MAX_TOPIC_BYTES, MAX_TOPIC_LEVELS } from '../producers/device-topic.js'
import { reasons, type ReasonCode } from '../wire/reasons.js'

const ROOT = 'producers'

/** The last level of the topics that are delivered to. */
const LEAF = 'data'

/** A topic filter that was checked. */
export interface TopicFilter {
  levels: readonly string[]
  /** The only producer that it can match; null if it can match several. */
  producerId: number | null
}

/** The topic that a message is delivered on. */
export const deliveryTopic = (producerId: number, deviceId: string | null): string =>
  `${ROOT}/${producerId}/${deviceId === null ? '' : `${encodeLevel(deviceId)}/`}${LEAF}`

const isWellFormed = (levels: readonly string[]): boolean => levels.every((level, i) =>
  level === '#' ? i === levels.length - 1 : level === '+' || !/[+#]/.test(level))

/** Reads a topic filter. Returns the reason of the refusal if it is malformed or can match nothing. */
export const readFilter = (filter: string): TopicFilter | ReasonCode => {
  const levels = filter.split('/')
  if (filter === '' || Buffer.byteLength(filter) > MAX_TOPIC_BYTES || levels.length > MAX_TOPIC_LEVELS) {
    return reasons.topicFilterInvalid
  }
  if (levels[0] === '$share') return reasons.sharedSubscriptionsNotSupported
  if (!isWellFormed(levels)) return reasons.topicFilterInvalid
  const [root, producer] = levels
  if (root === '#') return { levels, producerId: null }
  if ((root !== ROOT && root !== '+') || producer === undefined) return reasons.notAuthorized
  if (producer === '#' || producer === '+') return { levels, producerId: null }
  return /^[1-9]\d{0,9}$/.test(producer) ? { levels, producerId: Number(producer) } : reasons.notAuthorized
}

/** Whether a filter matches a topic, both split into levels (MQTT 5, section 4.7). */
export const matches = (filter: readonly string[], topic: readonly string[]): boolean => {
  for (const [i, level] of filter.entries()) {
    if (level === '#') return true
    if (i >= topic.length || (level !== '+' && level !== topic[i])) return false
  }
  return filter.length === topic.length
}

/** Whether a client may subscribe at all. */
export const mayRead = ({ role, deviceOnly, scopes }: Identity): boolean =>
  role === 'consumer' && !deviceOnly && (scopes === null || scopes.includes('data:read'))
