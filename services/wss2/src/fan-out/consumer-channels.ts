import type { Broker } from '@motience/broker'
import type { Logger } from '@motience/kit'
import { createMessageReader, type LiveMessage } from './live-message.js'

/** One connection, as the fan-out sees it. */
export interface HubMember {
  message (message: LiveMessage): void
  /** The member failed to take a message: a fault of ours, which ends it alone. */
  fail (error: unknown): void
}

interface Hub {
  members: Set<HubMember>
  subscribed: boolean
  /** The last change of the subscription under way; each waits for the one before. */
  changing: Promise<void>
}

/** The consumers' channels: one subscription for each consumer, however many connections it has. */
export class Hubs {
  readonly #broker: Broker
  readonly #logger: Logger
  readonly #hubs = new Map<number, Hub>()
  readonly #read = createMessageReader()

  constructor (broker: Broker, logger: Logger) {
    this.#broker = broker
    this.#logger = logger
  }

  /** How many consumers are connected. */
  get size (): number { return this.#hubs.size }

  /**
   * Resolves once nothing that is published later is missed. Rejects where the broker can't be reached; to be left all
   * the same.
   */
  async join (consumerId: number, member: HubMember): Promise<void> {
    let hub = this.#hubs.get(consumerId)
    if (hub === undefined) { this.#hubs.set(consumerId, (hub = { members: new Set(), subscribed: false, changing: Promise.resolve() })) }
    hub.members.add(member)
    await this.#change(consumerId, hub)
  }

  leave (consumerId: number, member: HubMember): void {
    const hub = this.#hubs.get(consumerId)
    if (hub === undefined || !hub.members.delete(member) || hub.members.size > 0) return
    this.#change(consumerId, hub).catch((error: unknown) =>
      this.#logger.debug({ err: error, consumer: consumerId }, 'Failed to unsubscribe from a channel')
    )
  }

  /** Subscribes or unsubscribes, as the members want it when it is this change's turn. */
  async #change (consumerId: number, hub: Hub): Promise<void> {
    const change = hub.changing.then(async () => {
      if (hub.members.size > 0 && !hub.subscribed) {
        await this.#broker.subscribe(consumerId, text => this.#deliver(hub, text))
        hub.subscribed = true
      } else if (hub.members.size === 0) {
        hub.subscribed = false
        if (this.#hubs.get(consumerId) === hub) await this.#broker.unsubscribe(consumerId)
      }
    })
    hub.changing = change.catch(() => {}).then(() => {
      if (hub.members.size === 0 && this.#hubs.get(consumerId) === hub) this.#hubs.delete(consumerId)
    })
    await change
  }

  #deliver (hub: Hub, text: string): void {
    const message = this.#read(text)
    if (message === null) {
      this.#logger.warn('Ignored a text on a consumer\'s channel that is no envelope')
      return
    }
    for (const member of hub.members) {
      try {
        member.message(message)
      } catch (error) {
        member.fail(error)
      }
    }
  }
}
