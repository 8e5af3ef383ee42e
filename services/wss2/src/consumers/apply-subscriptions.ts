import { comparePositions } from '@motience/schemas'
import type { Feeds } from '../feeds/feeds.js'
import { grantOfChange, type SubscriptionChange, type SubscriptionChanges } from '../grants/subscription-changes.js'
import type { ActiveSubscription } from './active-subscriptions.js'

/** Makes the feeds of a connection those of all active subscriptions, and catches up what they missed. */
export const applySubscriptions = (feeds: Feeds, subscriptions: readonly ActiveSubscription[]): void => {
  const active = new Map(subscriptions.map(subscription => [subscription.producerId, subscription]))
  for (const feed of [...feeds]) {
    const subscription = active.get(feed.producerId)
    if (subscription === undefined) {
      feeds.remove(feed.producerId, 'inactive')
    } else {
      const { grant, head } = subscription
      if (grant.version >= feed.grant.version) feed.grant = grant
      if (comparePositions(head, feed.position) !== 0) feeds.catchUp(feed, 'connection')
    }
  }
  for (const { producerId, grant } of active.values()) {
    if (feeds.get(producerId) === undefined) feeds.join(producerId, grant)
  }
}

/** Applies a change of one subscription; `run` is that of the producers' channels now. */
export const applyChange = (feeds: Feeds, change: SubscriptionChange, run: number): void => {
  const { producer_id: producerId, version, status } = change
  const feed = feeds.get(producerId)
  if (status === 'active') {
    const grant = grantOfChange(change, run)
    if (feed === undefined) feeds.join(producerId, grant)
    else if (grant !== null && version > feed.grant.version) feed.grant = grant
  } else if (feed === undefined || version > feed.grant.version) {
    feeds.leave(producerId, version, change.reason)
  }
}

/**
 * Applies the changes that arrived since SM was asked. SM may have taken them into account, and ended a subscription
 * since, whose event is still to come: so it is asked again for subscriptions that are not known.
 */
export const applyLatestChanges = (feeds: Feeds, changes: SubscriptionChanges, run: number): void => {
  for (const change of changes.latest()) {
    const { producer_id: producerId, status } = change
    if (status === 'active' && feeds.get(producerId) === undefined) feeds.join(producerId, null)
    else applyChange(feeds, change, run)
  }
}
