import type { ControlEvent } from '@motience/schemas'
import type { Grant } from './grant-reader.js'

/** A change of one consumer's subscription, as the control channel tells it. */
export type SubscriptionChange = Extract<ControlEvent, { type: 'subscription-changed' }>

/** Most producers of which the latest change is remembered. */
const MAX_CHANGES = 1000

/** The grant that an `active` change brings; null where it does not say enough, so that SM has to be asked. */
export const grantOfChange = (
  { activated_version: activatedVersion, version }: SubscriptionChange, run: number
): Grant | null => activatedVersion === null ? null : { activatedVersion, version, run }

/**
 * What the control channel told of one consumer's subscriptions lately, newest version first: changes can come twice,
 * late, or while SM is being asked.
 */
export class SubscriptionChanges {
  readonly #changes = new Map<number, SubscriptionChange>()

  /** Notes a change; false where a newer one of the same producer is known. */
  note (change: SubscriptionChange): boolean {
    const known = this.#changes.get(change.producer_id)
    if (known !== undefined && known.version > change.version) return false
    this.#changes.delete(change.producer_id)
    this.#changes.set(change.producer_id, change)
    if (this.#changes.size > MAX_CHANGES) this.#changes.delete(this.#changes.keys().next().value!)
    return true
  }

  /** Whether the subscription is known to have ended after the grant was given. */
  endedAfter (producerId: number, grant: Grant): boolean {
    const change = this.#changes.get(producerId)
    return change !== undefined && change.status !== 'active' && change.version > grant.version
  }

  /** Corrects what SM answered by what was told since: grants that ended are left out, newer ones are added. */
  correct (grants: Map<number, Grant>, run: number): void {
    for (const [producerId, change] of this.#changes) {
      const known = grants.get(producerId)
      if (change.version <= (known?.version ?? -1)) continue
      const grant = change.status === 'active' ? grantOfChange(change, run) : null
      if (change.status !== 'active') grants.delete(producerId)
      else if (known !== undefined && grant !== null) grants.set(producerId, grant)
    }
  }

  /** The latest change of each producer, oldest first. */
  latest (): SubscriptionChange[] { return [...this.#changes.values()] }

  /** Whether changes may have been forgotten, so that SM has to be asked. */
  get full (): boolean { return this.#changes.size >= MAX_CHANGES }
}
