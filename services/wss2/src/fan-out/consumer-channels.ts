import type { Broker } from '@motience/broker'
import type { Logger } from '@motience/kit'
import { createMessageReader, type LiveMessage } from './live-message.js'

/** One connection, as the fan-out sees it. */
export interface ConsumerChannelMember {
  message (message: LiveMessage): void
  /** The member failed to take a message: a fault of ours, which ends it alone. */
  fail (error: unknown): void
}

interface ConsumerChannel {
  members: Set<ConsumerChannelMember>
  subscribed: boolean
  /** The last change of the subscription under way; each waits for the one before. */
  changing: Promise<void>
}

/** The consumers' channels: one subscription for each consumer, however many connections it has. */
export class ConsumerChannels {
  readonly #broker: Broker
  readonly #logger: Logger
  readonly #channels = new Map<number, ConsumerChannel>()
  readonly #read = createMessageReader()

  constructor (broker: Broker, logger: Logger) {
    this.#broker = broker
    this.#logger = logger
  }

  /** How many consumers are connected. */
  get size (): number { return this.#channels.size }

  /**
   * Resolves once nothing that is published later is missed. Rejects where the broker can't be reached; to be left all
   * the same.
   */
  async join (consumerId: number, member: ConsumerChannelMember): Promise<void> {
    let channel = this.#channels.get(consumerId)
    if (channel === undefined) { this.#channels.set(consumerId, (channel = { members: new Set(), subscribed: false, changing: Promise.resolve() })) }
    channel.members.add(member)
    await this.#change(consumerId, channel)
  }

  leave (consumerId: number, member: ConsumerChannelMember): void {
    const channel = this.#channels.get(consumerId)
    if (channel === undefined || !channel.members.delete(member) || channel.members.size > 0) return
    this.#change(consumerId, channel).catch((error: unknown) =>
      this.#logger.debug({ err: error, consumer: consumerId }, 'Failed to unsubscribe from a channel')
    )
  }

  /** Subscribes or unsubscribes, as the members want it when it is this change's turn. */
  async #change (consumerId: number, channel: ConsumerChannel): Promise<void> {
    const change = channel.changing.then(async () => {
      if (channel.members.size > 0 && !channel.subscribed) {
        await this.#broker.subscribe(consumerId, text => this.#deliver(channel, text))
        channel.subscribed = true
      } else if (channel.members.size === 0) {
        channel.subscribed = false
        if (this.#channels.get(consumerId) === channel) await this.#broker.unsubscribe(consumerId)
      }
    })
    channel.changing = change.catch(() => {}).then(() => {
      if (channel.members.size === 0 && this.#channels.get(consumerId) === channel) this.#channels.delete(consumerId)
    })
    await change
  }

  #deliver (channel: ConsumerChannel, text: string): void {
    const message = this.#read(text)
    if (message === null) {
      this.#logger.warn('Ignored a text on a consumer\'s channel that is no envelope')
      return
    }
    for (const member of channel.members) {
      try {
        member.message(message)
      } catch (error) {
        member.fail(error)
      }
    }
  }
}
