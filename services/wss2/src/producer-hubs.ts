import type { Broker } from '@motience/broker'
import type { Logger } from '@motience/kit'
import type { Grant, GrantReader } from './grants.js'
import { toMessage, type LiveMessage } from './message.js'

/** One consumer's connection, as the channel of a producer sees it. */
export interface ProducerMember {
  readonly consumerId: number
  /** Its grant for a producer; undefined where it has none yet or none any more. */
  grant (producerId: number): Grant | undefined
  /** Hands on a message that its grant, if it has one yet, is known to cover. */
  published (message: LiveMessage): void
  /** A message that its grant is not known to cover: it has to be read from the log, by what SM says. */
  uncovered (message: LiveMessage): void
  /** The grant as SM has it at `version` of the subscriber list; null where the subscription is not active. */
  refresh (producerId: number, version: number, grant: Grant | null): void
  /** The member failed to take a message: a fault of ours, which ends it alone. */
  fail (error: unknown): void
}

/** Messages and bytes that wait for the change of the subscriber list that they were accepted with. */
const MAX_HELD = 1000
const MAX_HELD_BYTES = 1_048_576

/** Milliseconds that a message waits for the event of a change; SM tells it right after the broker knows the version. */
const EVENT_MS = 250

/** Milliseconds that a message waits in all; then whoever can't be sure reads it from the log. */
const HOLD_MS = 2000

interface Hub {
  members: Set<ProducerMember>
  subscribed: boolean
  /** The last change of the subscription under way; each waits for the one before. */
  changing: Promise<void>
  /** Newest version of which an event came in this run; every change up to it has been applied. */
  known: number
  /** Version up to which every member's access is known; null once something changed. */
  sure: number | null
  held: { message: LiveMessage, version: number }[]
  heldBytes: number
  timers: NodeJS.Timeout[]
  /** Whether grants changed in this turn while messages were held. */
  releasing: boolean
  /** Whether the last wait was in vain: until all are sure again, no message waits. */
  hasWaited: boolean
}

/**
 * The channels of producers with many subscribers, on which a message is published once for all of them, with the
 * version of the subscriber list that it was accepted with. Who may see it is known here:
 *
 * - a grant that SM answered at `version` covers every message of that version and of older ones;
 * - SM commits a change before it tells anyone, and tells a producer's changes in the order of their versions, so after
 *   an event of version `known` every change up to it has been applied to the members that were there before it, and
 *   members that came later read it from SM.
 *
 * A message above what is known waits for the event, which is on its way (SM raises the broker's version first). Where
 * none comes, the list is read from SM once for all members. Where that can't be done either, those who can't be sure
 * read the log, which asks SM for each, and nobody waits any more until all are sure again.
 */
export class ProducerHubs {
  readonly #broker: Broker
  readonly #grants: Pick<GrantReader, 'ofProducer'>
  readonly #logger: Logger
  readonly #hubs = new Map<number, Hub>()
  /** Number of the present run of events: each loss of the broker's connection ends one. */
  #run = 0

  constructor (broker: Broker, grants: Pick<GrantReader, 'ofProducer'>, logger: Logger) {
    this.#broker = broker
    this.#grants = grants
    this.#logger = logger
  }

  /** What a grant that is read from now on has as its `run`. */
  get run (): number { return this.#run }

  /**
   * Resolves once nothing that is published on these producers' channels later is missed. Rejects where the broker can't
   * be reached; to be left all the same.
   */
  async join (producerIds: readonly number[], member: ProducerMember): Promise<void> {
    const added: number[] = []
    const waits: Promise<void>[] = []
    for (const producerId of producerIds) {
      let hub = this.#hubs.get(producerId)
      if (hub === undefined) {
        hub = {
          members: new Set(),
          subscribed: false,
          changing: Promise.resolve(),
          known: 0,
          sure: null,
          held: [],
          heldBytes: 0,
          timers: [],
          releasing: false,
          hasWaited: false
        }
        this.#hubs.set(producerId, hub)
      }
      hub.members.add(member)
      hub.sure = null
      if (hub.subscribed) continue
      if (hub.members.size === 1) added.push(producerId)
      else waits.push(this.#change(producerId, hub))
    }
    // those that nobody followed before are subscribed to in one call
    if (added.length > 0) waits.push(this.#subscribe(added))
    await Promise.all(waits)
  }

  leave (producerId: number, member: ProducerMember): void {
    const hub = this.#hubs.get(producerId)
    if (hub === undefined || !hub.members.delete(member)) return
    hub.sure = null
    if (hub.members.size > 0) return
    this.#change(producerId, hub).catch((error: unknown) =>
      this.#logger.debug({ err: error, producer: producerId }, 'Failed to unsubscribe from a channel')
    )
  }

  /** A member's grant has changed. */
  granted (producerId: number): void {
    const hub = this.#hubs.get(producerId)
    if (hub === undefined) return
    hub.sure = null
    if (hub.held.length === 0 || hub.releasing) return
    // many grants may change at once; what they release is looked at once
    hub.releasing = true
    setImmediate(() => {
      hub.releasing = false
      this.#release(producerId, hub, false)
    })
  }

  /** An event of a change of a producer's subscribers was applied. */
  changed (producerId: number, version: number): void {
    const hub = this.#hubs.get(producerId)
    if (hub === undefined || version <= hub.known) return
    hub.known = version
    hub.sure = null
    if (hub.held.length > 0) this.#release(producerId, hub, false)
  }

  /** Events may have been lost: what is known begins anew, with the grants that are read from now on. */
  lost (): void {
    this.#run++
    for (const [producerId, hub] of this.#hubs) {
      hub.known = 0
      hub.sure = null
      if (hub.held.length > 0) this.#release(producerId, hub, true)
    }
  }

  close (): void {
    for (const hub of this.#hubs.values()) stopTimers(hub)
    this.#hubs.clear()
  }

  /** Subscribes to the channels of several producers that nobody followed. */
  async #subscribe (producerIds: readonly number[]): Promise<void> {
    const hubs = producerIds.map(producerId => this.#hubs.get(producerId)!)
    const before = Promise.all(hubs.map(hub => hub.changing))
    const call = before.then(async () => {
      await this.#broker.subscribeProducers(producerIds, (...published) => this.#published(...published))
      for (const hub of hubs) hub.subscribed = true
    })
    for (const hub of hubs) hub.changing = call.catch(() => {})
    await call
  }

  /** Subscribes or unsubscribes, as the members want it when it is this change's turn. */
  async #change (producerId: number, hub: Hub): Promise<void> {
    const change = hub.changing.then(async () => {
      if (hub.members.size > 0 && !hub.subscribed) {
        await this.#broker.subscribeProducers([producerId], (...published) => this.#published(...published))
        hub.subscribed = true
      } else if (hub.members.size === 0 && hub.subscribed) {
        hub.subscribed = false
        await this.#broker.unsubscribeProducers([producerId])
      }
    })
    hub.changing = change
      .catch(() => {})
      .then(() => {
        if (hub.members.size > 0 || this.#hubs.get(producerId) !== hub) return
        stopTimers(hub)
        this.#hubs.delete(producerId)
      })
    await change
  }

  #published (producerId: number, version: number, text: string): void {
    const hub = this.#hubs.get(producerId)
    if (hub === undefined) return
    const message = toMessage(text)
    if (message === null) {
      this.#logger.warn({ producer: producerId }, 'Ignored a text on a producer\'s channel that is no envelope')
      return
    }
    if (hub.held.length > 0) {
      this.#hold(producerId, hub, message, version)
    } else if (version <= this.#sure(producerId, hub)) {
      hub.hasWaited = false
      this.#deliver(hub, message, version)
    } else if (hub.hasWaited) {
      this.#split(hub, message, version)
    } else {
      this.#hold(producerId, hub, message, version)
    }
  }

  #deliver (hub: Hub, message: LiveMessage, version: number): void {
    for (const member of hub.members) {
      try {
        const grant = member.grant(message.producerId)
        if (grant !== undefined && version < grant.activatedVersion) member.uncovered(message)
        else member.published(message)
      } catch (error) {
        member.fail(error)
      }
    }
  }

  /** Version up to which every member's access is known. Members without a grant begin by what they read later. */
  #sure (producerId: number, hub: Hub): number {
    if (hub.sure !== null) return hub.sure
    let sure = Number.MAX_SAFE_INTEGER
    for (const member of hub.members) {
      const grant = member.grant(producerId)
      if (grant !== undefined) sure = Math.min(sure, this.#coverage(hub, grant))
    }
    return (hub.sure = sure)
  }

  #hold (producerId: number, hub: Hub, message: LiveMessage, version: number): void {
    if (hub.held.length === 0) {
      hub.timers = [
        setTimeout(() => {
          this.#refresh(producerId, hub).catch((error: unknown) =>
            this.#logger.debug({ err: error, producer: producerId }, 'Failed to read a subscriber list')
          )
        }, EVENT_MS).unref(),
        setTimeout(() => {
          hub.hasWaited = true
          this.#release(producerId, hub, true)
        }, HOLD_MS).unref()
      ]
    }
    hub.held.push({ message, version })
    hub.heldBytes += message.frame.length
    if (hub.held.length > MAX_HELD || hub.heldBytes > MAX_HELD_BYTES) this.#release(producerId, hub, true)
  }

  /** Hands on what is held, as far as it is known who may see it; with `anyway` all of it: to the log, who is not sure. */
  #release (producerId: number, hub: Hub, anyway: boolean): void {
    const sure = this.#sure(producerId, hub)
    let count = 0
    for (const { message, version } of hub.held) {
      if (version > sure && !anyway) break
      if (version <= sure) this.#deliver(hub, message, version)
      else this.#split(hub, message, version)
      hub.heldBytes -= message.frame.length
      count++
    }
    hub.held.splice(0, count)
    if (hub.held.length === 0) stopTimers(hub)
  }

  #split (hub: Hub, message: LiveMessage, version: number): void {
    for (const member of hub.members) {
      try {
        const grant = member.grant(message.producerId)
        const isCovered = grant === undefined ||
          (version >= grant.activatedVersion && version <= this.#coverage(hub, grant))
        if (isCovered) member.published(message)
        else member.uncovered(message)
      } catch (error) {
        member.fail(error)
      }
    }
  }

  /** Reads the list from SM once for all members. */
  async #refresh (producerId: number, hub: Hub): Promise<void> {
    const run = this.#run
    const { version, activated } = await this.#grants.ofProducer(producerId)
    if (this.#hubs.get(producerId) !== hub) return
    for (const member of [...hub.members]) {
      if (member.grant(producerId) === undefined) continue
      const activatedVersion = activated.get(member.consumerId)
      member.refresh(producerId, version, activatedVersion === undefined ? null : { activatedVersion, version, run })
    }
    hub.sure = null
    this.#release(producerId, hub, false)
  }

  /** Version up to which it is known what a grant's consumer may see. */
  #coverage (hub: Hub, { version, run }: Grant): number {
    return run === this.#run ? Math.max(version, hub.known) : version
  }
}

const stopTimers = (hub: Hub): void => {
  for (const timer of hub.timers) clearTimeout(timer)
  hub.timers = []
}
