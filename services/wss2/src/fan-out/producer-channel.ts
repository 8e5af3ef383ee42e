import type { Logger } from '@motience/kit'
import type { Grant, GrantReader } from '../grants/grant-reader.js'
import type { LiveMessage } from './live-message.js'

/** One consumer's connection, as the channel of a producer sees it. */
export interface ProducerChannelMember {
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

/** What the hubs of all producers share. */
export interface ProducerChannelDependencies {
  grants: Pick<GrantReader, 'ofProducer'>
  logger: Logger
  /** Number of the present run of events: each loss of the broker's connection ends one. */
  readonly run: number
}

/** Messages and bytes that wait for the change of the subscriber list that they were accepted with. */
const MAX_HELD = 1000
const MAX_HELD_BYTES = 1_048_576

/** Milliseconds that a message waits for the event of a change; SM tells it right after the broker knows the version. */
const EVENT_MS = 250

/** Milliseconds that a message waits in all; then whoever can't be sure reads it from the log. */
const HOLD_MS = 2000

/**
 * The consumers of one producer that is published once for all of them, and who of them may see a message. It is known
 * from the version of the subscriber list that the message was accepted with:
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
export class ProducerChannel {
  readonly members = new Set<ProducerChannelMember>()
  readonly #producerId: number
  readonly #dependencies: ProducerChannelDependencies
  /** Newest version of which an event came in this run. */
  #known = 0
  /** Version up to which every member's access is known; null once something changed. */
  #sure: number | null = null
  #held: { message: LiveMessage, version: number }[] = []
  #heldBytes = 0
  #timers: NodeJS.Timeout[] = []
  /** Whether grants changed in this turn while messages were held. */
  #releasing = false
  /** Whether the last wait was in vain. */
  #hasWaited = false
  #ended = false

  constructor (producerId: number, dependencies: ProducerChannelDependencies) {
    this.#producerId = producerId
    this.#dependencies = dependencies
  }

  /** A message that was just published, with the version that it was accepted with. */
  publish (message: LiveMessage, version: number): void {
    if (this.#held.length > 0) {
      this.#hold(message, version)
    } else if (version <= this.#sureUpTo()) {
      this.#hasWaited = false
      this.#deliver(message, version)
    } else if (this.#hasWaited) {
      this.#split(message, version)
    } else {
      this.#hold(message, version)
    }
  }

  /** Members came or went, or a member's grant has changed. */
  granted (): void {
    this.#sure = null
    if (this.#held.length === 0 || this.#releasing) return
    // many grants may change at once; what they release is looked at once
    this.#releasing = true
    setImmediate(() => {
      this.#releasing = false
      this.#release(false)
    })
  }

  /** An event of a change of the producer's subscribers was applied. */
  changed (version: number): void {
    if (version <= this.#known) return
    this.#known = version
    this.#sure = null
    this.#release(false)
  }

  /** Events may have been lost: what is known begins anew, with the grants that are read from now on. */
  lost (): void {
    this.#known = 0
    this.#sure = null
    this.#release(true)
  }

  end (): void {
    this.#ended = true
    this.#held = []
    this.#stopTimers()
  }

  /** Version up to which it is known what a grant's consumer may see. */
  #coverage ({ version, run }: Grant): number {
    return run === this.#dependencies.run ? Math.max(version, this.#known) : version
  }

  /** Version up to which every member's access is known. Members without a grant begin by what they read later. */
  #sureUpTo (): number {
    if (this.#sure !== null) return this.#sure
    let sure = Number.MAX_SAFE_INTEGER
    for (const member of this.members) {
      const grant = member.grant(this.#producerId)
      if (grant !== undefined) sure = Math.min(sure, this.#coverage(grant))
    }
    return (this.#sure = sure)
  }

  /** Hands on a message of which everybody's access is known. */
  #deliver (message: LiveMessage, version: number): void {
    for (const member of this.members) {
      try {
        const grant = member.grant(this.#producerId)
        if (grant !== undefined && version < grant.activatedVersion) member.uncovered(message)
        else member.published(message)
      } catch (error) {
        member.fail(error)
      }
    }
  }

  /** Hands on a message to those whose access is known; the others read the log. */
  #split (message: LiveMessage, version: number): void {
    for (const member of this.members) {
      try {
        const grant = member.grant(this.#producerId)
        const isCovered = grant === undefined ||
          (version >= grant.activatedVersion && version <= this.#coverage(grant))
        if (isCovered) member.published(message)
        else member.uncovered(message)
      } catch (error) {
        member.fail(error)
      }
    }
  }

  #hold (message: LiveMessage, version: number): void {
    if (this.#held.length === 0) this.#startTimers()
    this.#held.push({ message, version })
    this.#heldBytes += message.frame.length
    if (this.#held.length > MAX_HELD || this.#heldBytes > MAX_HELD_BYTES) this.#release(true)
  }

  /** Hands on what is held, as far as it is known who may see it; with `anyway` all of it. */
  #release (anyway: boolean): void {
    if (this.#held.length === 0) return
    const sure = this.#sureUpTo()
    let count = 0
    for (const { message, version } of this.#held) {
      if (version > sure && !anyway) break
      if (version <= sure) this.#deliver(message, version)
      else this.#split(message, version)
      this.#heldBytes -= message.frame.length
      count++
    }
    this.#held.splice(0, count)
    if (this.#held.length === 0) this.#stopTimers()
  }

  #startTimers (): void {
    this.#timers = [
      setTimeout(() => {
        this.#refresh().catch((error: unknown) =>
          this.#dependencies.logger.debug(
            { err: error, producer: this.#producerId }, 'Failed to read a subscriber list'
          )
        )
      }, EVENT_MS).unref(),
      setTimeout(() => {
        this.#hasWaited = true
        this.#release(true)
      }, HOLD_MS).unref()
    ]
  }

  #stopTimers (): void {
    for (const timer of this.#timers) clearTimeout(timer)
    this.#timers = []
  }

  /** Reads the list from SM once for all members. */
  async #refresh (): Promise<void> {
    const { grants, run } = this.#dependencies
    const { version, activated } = await grants.ofProducer(this.#producerId)
    if (this.#ended) return
    for (const member of [...this.members]) {
      if (member.grant(this.#producerId) === undefined) continue
      const activatedVersion = activated.get(member.consumerId)
      const grant = activatedVersion === undefined ? null : { activatedVersion, version, run }
      member.refresh(this.#producerId, version, grant)
    }
    this.#sure = null
    this.#release(false)
  }
}
