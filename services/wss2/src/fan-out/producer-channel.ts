import type { Logger } from '@motience/kit'
import type { Grant, GrantReader } from '../grants/grant-reader.js'
import type { LiveMessage } from './live-message.js'

/** A consumer's connection that receives what is published on a producer's channel. */
export interface ProducerChannelMember {
  readonly consumerId: number
  /** Its grant for a producer; undefined if it has none (yet, or any more). */
  grant (producerId: number): Grant | undefined
  /** Receives a message that its grant, if it has one yet, is known to cover. */
  published (message: LiveMessage): void
  /** Receives a message that its grant may not cover: it has to be read from the log, where SM is asked. */
  uncovered (message: LiveMessage): void
  /** Receives its grant as SM has it at `version` of the subscriber list; null if the subscription is not active. */
  refresh (producerId: number, version: number, grant: Grant | null): void
  /** An exception while the member handled a message: an internal error, which closes this member only. */
  fail (error: unknown): void
}

/** Collaborators of a `ProducerChannel`, which all channels share. */
export interface ProducerChannelDependencies {
  logger: Logger
  grants: Pick<GrantReader, 'ofProducer'>
  /** Number of the current run of control events; each loss of the broker's connection ends one. */
  readonly run: number
}

/** Limits of the messages that wait until the change of the subscriber list they were accepted with is known. */
const MAX_WAITING = 1000
const MAX_WAITING_BYTES = 1_048_576

/** Milliseconds to wait for the event of a change; SM publishes it right after it raised the version at the broker. */
const EVENT_TIMEOUT_MS = 250

/** Milliseconds that a message waits altogether; after that, members whose access is uncertain read it from the log. */
const WAIT_TIMEOUT_MS = 2000

/**
 * The members of one producer's channel, on which a message is published once for all of them, with the version of the
 * subscriber list that it was accepted with. From this version it follows which members may receive it:
 *
 * - a grant that SM returned at `version` covers every message of that version and of older ones;
 * - SM commits a change before it publishes its event, and publishes a producer's events in the order of their
 *   versions. So after an event, every change up to its version has been applied to the members that were there before
 *   it, and members that joined later read it from SM.
 *
 * A message with a newer version waits for the event, which must be on its way (SM first raises the broker's version).
 * If none arrives, the list is read from SM once for all members. If that fails too, the members whose access is
 * uncertain read the log, which asks SM for each of them, and no message waits until every member is covered again.
 */
export class ProducerChannel {
  readonly members = new Set<ProducerChannelMember>()
  readonly #producerId: number
  readonly #dependencies: ProducerChannelDependencies
  /** Newest version with an event in this run; every change up to it has been applied. */
  #eventVersion = 0
  /** Cached result of `#coveredVersion`; null after a change. */
  #covered: number | null = null
  #waiting: { message: LiveMessage, version: number }[] = []
  #waitingBytes = 0
  #timers: NodeJS.Timeout[] = []
  /** Whether a release is scheduled for the end of the event loop's turn. */
  #releaseScheduled = false
  /** Whether the last wait timed out: until every member is covered again, no message waits. */
  #timedOut = false
  #closed = false

  constructor (producerId: number, dependencies: ProducerChannelDependencies) {
    this.#producerId = producerId
    this.#dependencies = dependencies
  }

  /** Members were added or removed, or a member's grant has changed. */
  accessChanged (): void {
    this.#covered = null
    if (this.#waiting.length === 0 || this.#releaseScheduled) return
    // many grants may change in one turn; one release serves them all
    this.#releaseScheduled = true
    setImmediate(() => {
      this.#releaseScheduled = false
      this.#release()
    })
  }

  /** The event of a change of the subscriber list has been applied to the members. */
  eventApplied (version: number): void {
    if (version <= this.#eventVersion) return
    this.#eventVersion = version
    this.#covered = null
    this.#release()
  }

  /** Events may have been lost; a new run has begun. */
  eventsLost (): void {
    this.#eventVersion = 0
    this.#covered = null
    this.#releaseAll()
  }

  /** A message was published that was accepted with `version` of the subscriber list. */
  publish (message: LiveMessage, version: number): void {
    if (this.#waiting.length > 0) {
      this.#wait(message, version)
    } else if (version <= this.#coveredVersion) {
      this.#timedOut = false
      this.#deliver(message, version)
    } else if (this.#timedOut) {
      this.#deliverIfCovered(message, version)
    } else {
      this.#wait(message, version)
    }
  }

  close (): void {
    this.#closed = true
    this.#waiting = []
    this.#stopTimers()
  }

  /** Version up to which every member's access is known. Members without a grant start with what they read later. */
  get #coveredVersion (): number {
    if (this.#covered !== null) return this.#covered
    let covered = Number.MAX_SAFE_INTEGER
    for (const member of this.members) {
      const grant = member.grant(this.#producerId)
      if (grant !== undefined) covered = Math.min(covered, this.#coverageOf(grant))
    }
    return (this.#covered = covered)
  }

  /** Version up to which it is known what the consumer of a grant may see. */
  #coverageOf ({ version, run }: Grant): number {
    return run === this.#dependencies.run ? Math.max(version, this.#eventVersion) : version
  }

  #wait (message: LiveMessage, version: number): void {
    if (this.#waiting.length === 0) {
      const { logger } = this.#dependencies
      this.#timers = [
        setTimeout(() => {
          this.#refresh().catch((error: unknown) =>
            logger.debug({ err: error, producer: this.#producerId }, 'Failed to read a subscriber list')
          )
        }, EVENT_TIMEOUT_MS).unref(),
        setTimeout(() => {
          this.#timedOut = true
          this.#releaseAll()
        }, WAIT_TIMEOUT_MS).unref()
      ]
    }
    this.#waiting.push({ message, version })
    this.#waitingBytes += message.frame.length
    if (this.#waiting.length > MAX_WAITING || this.#waitingBytes > MAX_WAITING_BYTES) this.#releaseAll()
  }

  /** Delivers the waiting messages, up to the first whose version is not covered. */
  #release (): void {
    if (this.#waiting.length === 0) return
    const covered = this.#coveredVersion
    const end = this.#waiting.findIndex(({ version }) => version > covered)
    this.#deliverWaiting(end === -1 ? this.#waiting.length : end)
  }

  /** Delivers all waiting messages; members whose access is uncertain read the log. */
  #releaseAll (): void {
    if (this.#waiting.length > 0) this.#deliverWaiting(this.#waiting.length)
  }

  #deliverWaiting (count: number): void {
    const covered = this.#coveredVersion
    for (const { message, version } of this.#waiting.slice(0, count)) {
      if (version <= covered) this.#deliver(message, version)
      else this.#deliverIfCovered(message, version)
      this.#waitingBytes -= message.frame.length
    }
    this.#waiting.splice(0, count)
    if (this.#waiting.length === 0) this.#stopTimers()
  }

  /** Delivers a message whose version is covered for every member. */
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

  #deliverIfCovered (message: LiveMessage, version: number): void {
    for (const member of this.members) {
      try {
        const grant = member.grant(this.#producerId)
        const isCovered = grant === undefined ||
          (version >= grant.activatedVersion && version <= this.#coverageOf(grant))
        if (isCovered) member.published(message)
        else member.uncovered(message)
      } catch (error) {
        member.fail(error)
      }
    }
  }

  /** Reads the subscriber list from SM, once for all members. */
  async #refresh (): Promise<void> {
    const { grants, run } = this.#dependencies
    const { version, activated } = await grants.ofProducer(this.#producerId)
    if (this.#closed) return
    for (const member of [...this.members]) {
      if (member.grant(this.#producerId) === undefined) continue
      const activatedVersion = activated.get(member.consumerId)
      const grant = activatedVersion === undefined ? null : { activatedVersion, version, run }
      member.refresh(this.#producerId, version, grant)
    }
    this.#covered = null
    this.#release()
  }

  #stopTimers (): void {
    for (const timer of this.#timers) clearTimeout(timer)
    this.#timers = []
  }
}
