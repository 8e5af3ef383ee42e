import type { Connection } from '@motience/kit'
import type { ConsumerWelcomeFrame } from '@motience/schemas'
import type { Feed } from '../feeds/feed.js'

/** The first frame of a connection: its user, and the position of each producer. */
export const welcomeFrame = (
  { identity }: Connection,
  feeds: Iterable<Feed>,
  heartbeatMs: number
): ConsumerWelcomeFrame => ({
  type: 'welcome',
  user_id: identity.userId,
  expires_at: new Date(identity.expiresAt).toISOString(),
  server_time: new Date().toISOString(),
  heartbeat_ms: heartbeatMs,
  subscriptions: [...feeds].map(({ producerId, position }) => ({ producer_id: producerId, ...position }))
})
