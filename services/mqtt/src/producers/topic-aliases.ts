import { MqttError, reasons } from '../wire/reasons.js'

/** Number of topic aliases that a client may use (MQTT 5, section 3.3.2.3.4). */
export const MAX_TOPIC_ALIASES = 32

/** The topic aliases of one connection. */
export class TopicAliases {
  readonly #topics = new Map<number, string>()

  /** The topic of a PUBLISH packet. Throws an `MqttError` if it has none, or an alias that is not defined. */
  resolve (topic: string, alias: number | undefined): string {
    if (alias === undefined) {
      if (topic === '') throw new MqttError(reasons.protocolError, 'The topic is empty')
      return topic
    }
    if (alias < 1 || alias > MAX_TOPIC_ALIASES) throw new MqttError(reasons.topicAliasInvalid, 'Unknown topic alias')
    if (topic !== '') {
      this.#topics.set(alias, topic)
      return topic
    }
    const known = this.#topics.get(alias)
    if (known === undefined) throw new MqttError(reasons.protocolError, 'The topic alias is not defined')
    return known
  }
}
