import type { Broker } from '@motience/broker'
import type { Authenticator, Database, Logger } from '@motience/kit'
import type { ApClient } from '@motience/schemas'
import type { onRequestAsyncHookHandler } from 'fastify'
import type { Announcer } from './announcements/announcer.js'
import type { Directory } from './directory.js'
import type { SmMetrics } from './metrics.js'
import type { Changes } from './subscriptions/changes.js'
import type { Lists } from './subscriptions/lists.js'
import type { Policies } from './subscriptions/policies.js'

/** What SM is told. */
export interface SmSettings {
  /** Changes of subscriptions and policies a minute by one user; 600 if not given. */
  changeRate?: number
  corsOrigin?: string
  trustProxy?: boolean
}

/** What SM is built from. */
export interface SmDependencies {
  /** Migrated before, by `migrateSm`. */
  database: Database
  broker: Broker
  auth: Authenticator
  /** Client of AP that carries SM's own token. */
  ap: ApClient
  settings?: SmSettings
  logger?: Logger
  /** Milliseconds between looks at changes that the broker was not told of; 2 s by default. */
  sweepMs?: number
  /** Milliseconds since 1970. */
  now?: () => number
}

/** What SM's routes work with. */
export interface SmRouteDependencies {
  changes: Changes
  lists: Lists
  policies: Policies
  announcer: Announcer
  directory: Directory
  metrics: SmMetrics
  /** Follows `requireRole` where something is changed. */
  limitChanges: onRequestAsyncHookHandler
}
