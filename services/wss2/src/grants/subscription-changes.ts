import type { ControlEvent } from '@motience/schemas'
import type { Grant } from './grant-reader.js'

/** A change of one consumer's subscription, from the control channel. */
export type SubscriptionChange = Extract<ControlEvent, { type: 'subscription-changed' }>

/** Maximum number of producers whose latest change is stored. */
const MAX_CHANGES = 1000

/** The grant that an `active` change carries; null if it is incomplete, so that SM has to be asked. */
export const grantOfChange = (
  { activated_version: activatedVersion, version }: SubscriptionChange, run: number
): Grant | null => activatedVersion === null ? null : { activatedVersion, version, run }

/**
 * The latest changes of one consumer's subscriptions, by producer. Events may arrive twice, out of order, or while SM
 * is being asked, so the change with the newest version counts.
 */
export class SubscriptionChanges {
  readonly #changes = new Map<number, SubscriptionChange>()
  /** Changes that SM's latest answer takes into account. */
  #answered = new Set<SubscriptionChange>()

  /** Adds a change; returns false if it, or a newer one of the same producer, is known. */
  add (change: SubscriptionChange): boolean {
    const known = this.#changes.get(change.producer_id)
    if (known !== undefined && known.version >= change.version) return false
    this.#changes.delete(change.producer_id)
    this.#changes.set(change.producer_id, change)
    if (this.#changes.size > MAX_CHANGES) this.#changes.delete(this.#changes.keys().next().value!)
    return true
  }

  /**
   * Called directly before SM is asked for all subscriptions: SM commits a change before it publishes it, so the answer
   * contains what is known here, or something newer whose event is still to come.
   */
  beginRead (): void { this.#answered = new Set(this.#changes.values()) }

  /** Whether the subscription is known to have ended after the grant's version. */
  endedAfter (producerId: number, grant: Grant): boolean {
    const change = this.#changes.get(producerId)
    return change !== undefined && change.status !== 'active' && change.version > grant.version
  }

  /** Applies newer changes to grants that SM returned: ended grants are removed, others are updated. */
  correct (grants: Map<number, Grant>, run: number): void {
    for (const [producerId, change] of this.#changes) {
      const known = grants.get(producerId)
      if (change.version <= (known?.version ?? -1)) continue
      const grant = change.status === 'active' ? grantOfChange(change, run) : null
      if (change.status !== 'active') grants.delete(producerId)
      else if (known !== undefined && grant !== null) grants.set(producerId, grant)
    }
  }

  /** The latest change of each producer that SM's answer may not contain, in order of arrival. */
  latest (): SubscriptionChange[] { return [...this.#changes.values()].filter(change => !this.#answered.has(change)) }

  /** Whether changes may have been discarded, so that SM has to be asked. */
  get full (): boolean { return this.#changes.size >= MAX_CHANGES }
}
