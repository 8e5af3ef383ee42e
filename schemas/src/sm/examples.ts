import type { Subscriber, Subscribers, Subscription, Subscriptions } from './index.js'

/** Examples of SM's responses, for its routes. */
export const subscription: Subscription = {
  id: 12,
  consumer_id: 9,
  producer_id: 7,
  status: 'active',
  created_at: '2026-01-31T08:20:00.000Z',
  activated_at: '2026-01-31T08:20:00.000Z',
  activated_version: 4,
  version: 4
}

export const ended: Subscription = {
  ...subscription,
  status: 'inactive',
  activated_at: null,
  activated_version: null,
  version: 5
}

const subscriber: Subscriber = {
  subscription_id: 12,
  consumer_id: 9,
  username: 'bob',
  status: 'active',
  activated_at: '2026-01-31T08:20:00.000Z'
}

export const subscriptions: Subscriptions = { consumer_id: 9, subscriptions: [subscription], next_cursor: null }

export const subscribers: Subscribers = { producer_id: 7, version: 4, subscribers: [subscriber], next_cursor: null }
