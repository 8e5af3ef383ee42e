import type { Broker } from '@motience/broker'
import type { Logger } from '@motience/kit'
import { createMessageReader, type LiveMessage } from './live-message.js'

/** A connection that receives what is published on its consumer's channel. */
export interface ConsumerChannelMember {
  message (message: LiveMessage): void
  /** An exception while the member handled a message: an internal error, which closes this member only. */
  fail (error: unknown): void
}

interface ConsumerChannel {
  members: Set<ConsumerChannelMember>
  subscribed: boolean
  /** The latest subscribe or unsubscribe call; each waits for the one before. */
  changing: Promise<void>
}

/** The consumers' channels at the broker: one subscription per consumer, regardless of its number of connections. */
export class ConsumerChannels {
  readonly #broker: Broker
  readonly #logger: Logger
  readonly #channels = new Map<number, ConsumerChannel>()
  readonly #read = createMessageReader()

  constructor (broker: Broker, logger: Logger) {
    this.#broker = broker
    this.#logger = logger
  }

  /** Number of connected consumers. */
  get size (): number { return this.#channels.size }

  /**
   * Resolves once everything that is published from now on is received. Rejects if the broker is unreachable; `leave`
   * has to be called in that case too.
   */
  async join (consumerId: number, member: ConsumerChannelMember): Promise<void> {
    let channel = this.#channels.get(consumerId)
    if (channel === undefined) {
      channel = { members: new Set(), subscribed: false, changing: Promise.resolve() }
      this.#channels.set(consumerId, channel)
    }
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

  /** Subscribes or unsubscribes, depending on the members at the time when the previous change has finished. */
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
      this.#logger.warn('Ignored a malformed envelope on a consumer\'s channel')
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
