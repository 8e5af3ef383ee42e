import type { Identity } from '@motience/kit'
import type { ISubscribePacket, IUnsubscribePacket } from 'mqtt-packet'
import type { Connection } from '../connection/connection.js'
import { MqttError, reasons, type ReasonCode } from '../wire/reasons.js'
import type { Consumer } from './consumer.js'
import { MAX_SUBSCRIPTIONS, type ConsumerState } from './consumer-state.js'
import { mayRead, readFilter } from './topic-filter.js'

/** The code for a filter that was refused in MQTT 3.1.1 (section 3.9.3). */
const FAILURE = 0x80

/** Answers SUBSCRIBE and UNSUBSCRIBE packets; at most QoS 1 is granted. `consumer` is null for who may not read. */
export class Subscriber {
  readonly #connection: Connection
  readonly #identity: Identity
  readonly #state: ConsumerState
  readonly #consumer: Consumer | null

  constructor (connection: Connection, identity: Identity, state: ConsumerState, consumer: Consumer | null) {
    this.#connection = connection
    this.#identity = identity
    this.#state = state
    this.#consumer = consumer
  }

  /** Handles a SUBSCRIBE packet; the connection is not read until it is known what the client may read. */
  async subscribe (packet: ISubscribePacket): Promise<void> {
    if (packet.properties?.subscriptionIdentifier !== undefined) {
      throw new MqttError(reasons.subscriptionIdsNotSupported, 'Subscription identifiers are not supported')
    }
    const wanted = packet.subscriptions.map(({ topic, qos }) => ({ topic, qos, filter: this.#read(topic) }))
    const producerIds = wanted.flatMap(({ filter }) =>
      typeof filter === 'number' || filter.producerId === null ? [] : [filter.producerId])
    let readable: ReadonlySet<number> | null = new Set()
    if (this.#consumer !== null && wanted.some(({ filter }) => typeof filter !== 'number')) {
      this.#connection.pauseReading()
      readable = await this.#consumer.readable(producerIds)
    }
    const granted = wanted.map(({ topic, qos, filter }) => {
      if (typeof filter === 'number') return this.#code(filter)
      if (readable === null) return this.#code(reasons.unspecified)
      const { producerId } = filter
      if (producerId !== null && !readable.has(producerId)) return this.#code(reasons.notAuthorized)
      if (!this.#state.subscriptions.has(topic) && this.#state.subscriptions.size >= MAX_SUBSCRIPTIONS) {
        return this.#code(reasons.quotaExceeded)
      }
      const atMost = qos === 0 ? 0 : 1
      this.#state.subscriptions.set(topic, { ...filter, qos: atMost })
      return atMost
    })
    this.#connection.send({ cmd: 'suback', messageId: packet.messageId!, granted })
    if (this.#connection.open) this.#consumer?.follow()
    this.#connection.resumeReading()
  }

  unsubscribe ({ messageId, unsubscriptions }: IUnsubscribePacket): void {
    const granted = unsubscriptions.map(topic =>
      this.#state.subscriptions.delete(topic) ? reasons.success : reasons.noSubscriptionExisted)
    this.#connection.send({ cmd: 'unsuback', messageId: messageId!, granted })
    this.#consumer?.follow()
  }

  #read (topic: string): ReturnType<typeof readFilter> {
    const filter = readFilter(topic)
    return typeof filter !== 'number' && !mayRead(this.#identity) ? reasons.notAuthorized : filter
  }

  #code (reason: ReasonCode): number { return this.#connection.version === 5 ? reason : FAILURE }
}
