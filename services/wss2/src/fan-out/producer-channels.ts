import type { Broker } from '@motience/broker'
import type { Logger } from '@motience/kit'
import type { GrantReader } from '../grants/grant-reader.js'
import { toMessage } from './live-message.js'
import { ProducerChannel, type ProducerChannelDependencies, type ProducerChannelMember } from './producer-channel.js'

/** One channel: its members, and whether it is subscribed to. */
interface Channel {
  hub: ProducerChannel
  subscribed: boolean
  /** The last change of the subscription under way; each waits for the one before. */
  changing: Promise<void>
}

/**
 * The channels of producers with many subscribers, on which a message is published once for all of them: one
 * subscription for each producer that a consumer here may see, however many consumers there are.
 */
export class ProducerChannels implements ProducerChannelDependencies {
  readonly grants: Pick<GrantReader, 'ofProducer'>
  readonly logger: Logger
  readonly #broker: Broker
  readonly #channels = new Map<number, Channel>()
  #run = 0

  constructor (broker: Broker, grants: Pick<GrantReader, 'ofProducer'>, logger: Logger) {
    this.#broker = broker
    this.grants = grants
    this.logger = logger
  }

  /** What a grant that is read from now on has as its `run`. */
  get run (): number { return this.#run }

  /**
   * Resolves once nothing that is published on these producers' channels later is missed. Rejects where the broker can't
   * be reached; to be left all the same.
   */
  async join (producerIds: readonly number[], member: ProducerChannelMember): Promise<void> {
    const added: number[] = []
    const waits: Promise<void>[] = []
    for (const producerId of producerIds) {
      let channel = this.#channels.get(producerId)
      if (channel === undefined) {
        channel = { hub: new ProducerChannel(producerId, this), subscribed: false, changing: Promise.resolve() }
        this.#channels.set(producerId, channel)
      }
      const { members } = channel.hub
      members.add(member)
      channel.hub.granted()
      if (channel.subscribed) continue
      if (members.size === 1) added.push(producerId)
      else waits.push(this.#change(producerId, channel))
    }
    // those that nobody followed before are subscribed to in one call
    if (added.length > 0) waits.push(this.#subscribe(added))
    await Promise.all(waits)
  }

  leave (producerId: number, member: ProducerChannelMember): void {
    const channel = this.#channels.get(producerId)
    if (channel === undefined || !channel.hub.members.delete(member)) return
    channel.hub.granted()
    if (channel.hub.members.size > 0) return
    this.#change(producerId, channel).catch((error: unknown) =>
      this.logger.debug({ err: error, producer: producerId }, 'Failed to unsubscribe from a channel')
    )
  }

  /** A member's grant has changed. */
  granted (producerId: number): void {
    this.#channels.get(producerId)?.hub.granted()
  }

  /** An event of a change of a producer's subscribers was applied. */
  changed (producerId: number, version: number): void {
    this.#channels.get(producerId)?.hub.changed(version)
  }

  /** The broker's connection is lost, and with it perhaps events. */
  lost (): void {
    this.#run++
    for (const { hub } of this.#channels.values()) hub.lost()
  }

  close (): void {
    for (const { hub } of this.#channels.values()) hub.end()
    this.#channels.clear()
  }

  /** Subscribes to the channels of several producers that nobody followed. */
  async #subscribe (producerIds: readonly number[]): Promise<void> {
    const channels = producerIds.map(producerId => this.#channels.get(producerId)!)
    const call = Promise.all(channels.map(({ changing }) => changing)).then(async () => {
      await this.#broker.subscribeProducers(producerIds, this.#published)
      for (const channel of channels) channel.subscribed = true
    })
    for (const channel of channels) channel.changing = call.catch(() => {})
    await call
  }

  /** Subscribes or unsubscribes, as the members want it when it is this change's turn. */
  async #change (producerId: number, channel: Channel): Promise<void> {
    const { members } = channel.hub
    const change = channel.changing.then(async () => {
      if (members.size > 0 && !channel.subscribed) {
        await this.#broker.subscribeProducers([producerId], this.#published)
        channel.subscribed = true
      } else if (members.size === 0 && channel.subscribed) {
        channel.subscribed = false
        await this.#broker.unsubscribeProducers([producerId])
      }
    })
    channel.changing = change.catch(() => {}).then(() => {
      if (members.size > 0 || this.#channels.get(producerId) !== channel) return
      channel.hub.end()
      this.#channels.delete(producerId)
    })
    await change
  }

  readonly #published = (producerId: number, version: number, text: string): void => {
    const channel = this.#channels.get(producerId)
    if (channel === undefined) return
    const message = toMessage(text)
    if (message === null) {
      this.logger.warn({ producer: producerId }, 'Ignored a text on a producer\'s channel that is no envelope')
      return
    }
    channel.hub.publish(message, version)
  }
}
