import type { Broker } from '@motience/broker'
import type { Logger } from '@motience/kit'
import type { GrantReader } from '../grants/grant-reader.js'
import { toMessage } from './live-message.js'
import { ProducerChannel, type ProducerChannelDependencies, type ProducerChannelMember } from './producer-channel.js'

/** A channel, and its subscription at the broker. */
interface ChannelSubscription {
  channel: ProducerChannel
  subscribed: boolean
  /** The latest subscribe or unsubscribe call; each waits for the one before. */
  changing: Promise<void>
}

/**
 * The channels of producers with many subscribers, on which a message is published once for all of them: one broker
 * subscription per producer, regardless of the number of consumers.
 */
export class ProducerChannels implements ProducerChannelDependencies {
  readonly grants: Pick<GrantReader, 'ofProducer'>
  readonly logger: Logger
  readonly #broker: Broker
  readonly #subscriptions = new Map<number, ChannelSubscription>()
  #run = 0

  constructor (broker: Broker, grants: Pick<GrantReader, 'ofProducer'>, logger: Logger) {
    this.#broker = broker
    this.grants = grants
    this.logger = logger
  }

  /** Number of the current run of control events, which grants that are read from now on record. */
  get run (): number { return this.#run }

  /**
   * Resolves once everything that is published on these producers' channels from now on is received. Rejects if the
   * broker is unreachable; `leave` has to be called in that case too.
   */
  async join (producerIds: readonly number[], member: ProducerChannelMember): Promise<void> {
    const added: number[] = []
    const changes: Promise<void>[] = []
    for (const producerId of producerIds) {
      let subscription = this.#subscriptions.get(producerId)
      if (subscription === undefined) {
        const channel = new ProducerChannel(producerId, this)
        subscription = { channel, subscribed: false, changing: Promise.resolve() }
        this.#subscriptions.set(producerId, subscription)
      }
      const { channel } = subscription
      channel.members.add(member)
      channel.accessChanged()
      if (subscription.subscribed) continue
      if (channel.members.size === 1) added.push(producerId)
      else changes.push(this.#change(producerId, subscription))
    }
    if (added.length > 0) changes.push(this.#subscribe(added))
    await Promise.all(changes)
  }

  leave (producerId: number, member: ProducerChannelMember): void {
    const subscription = this.#subscriptions.get(producerId)
    if (subscription === undefined || !subscription.channel.members.delete(member)) return
    subscription.channel.accessChanged()
    if (subscription.channel.members.size > 0) return
    this.#change(producerId, subscription).catch((error: unknown) =>
      this.logger.debug({ err: error, producer: producerId }, 'Failed to unsubscribe from a channel')
    )
  }

  /** A member's grant for the producer has changed. */
  grantChanged (producerId: number): void { this.#subscriptions.get(producerId)?.channel.accessChanged() }

  /** The event of a change of the producer's subscriber list has been applied to the members. */
  eventApplied (producerId: number, version: number): void {
    this.#subscriptions.get(producerId)?.channel.eventApplied(version)
  }

  /** The broker's connection is lost, and events with it: versions are known only from what arrives from now on. */
  eventsLost (): void {
    this.#run++
    for (const { channel } of this.#subscriptions.values()) channel.eventsLost()
  }

  close (): void {
    for (const { channel } of this.#subscriptions.values()) channel.close()
    this.#subscriptions.clear()
  }

  /** Subscribes to several new channels with one call. */
  async #subscribe (producerIds: readonly number[]): Promise<void> {
    const subscriptions = producerIds.map(producerId => this.#subscriptions.get(producerId)!)
    const call = Promise.all(subscriptions.map(({ changing }) => changing)).then(async () => {
      await this.#broker.subscribeProducers(producerIds, this.#published)
      for (const subscription of subscriptions) subscription.subscribed = true
    })
    for (const subscription of subscriptions) subscription.changing = call.catch(() => {})
    await call
  }

  /** Subscribes or unsubscribes, depending on the members at the time when the previous change has finished. */
  async #change (producerId: number, subscription: ChannelSubscription): Promise<void> {
    const { members } = subscription.channel
    const change = subscription.changing.then(async () => {
      if (members.size > 0 && !subscription.subscribed) {
        await this.#broker.subscribeProducers([producerId], this.#published)
        subscription.subscribed = true
      } else if (members.size === 0 && subscription.subscribed) {
        subscription.subscribed = false
        await this.#broker.unsubscribeProducers([producerId])
      }
    })
    subscription.changing = change.catch(() => {}).then(() => {
      if (members.size > 0 || this.#subscriptions.get(producerId) !== subscription) return
      subscription.channel.close()
      this.#subscriptions.delete(producerId)
    })
    await change
  }

  readonly #published = (producerId: number, version: number, text: string): void => {
    const subscription = this.#subscriptions.get(producerId)
    if (subscription === undefined) return
    const message = toMessage(text)
    if (message === null) {
      this.logger.warn({ producer: producerId }, 'Ignored a malformed envelope on a producer\'s channel')
      return
    }
    subscription.channel.publish(message, version)
  }
}
