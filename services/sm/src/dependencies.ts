import type { Broker } from '@motience/broker'
import type { Authenticator, Database, Logger } from '@motience/kit'
import type { ApClient } from '@motience/schemas'
import type { onRequestAsyncHookHandler } from 'fastify'
import type { ChangePublisher } from './subscriptions/change-publisher.js'
import type { Directory } from './directory.js'
import type { SmMetrics } from './metrics.js'
import type { Changes } from './subscriptions/changes.js'
import type { Lists } from './subscriptions/lists.js'
import type { Policies } from './subscriptions/policies.js'

/** Settings of SM. */
export interface SmSettings {
  /** Maximum changes of subscriptions and policies per minute and user; 600 by default. */
  changeRate?: number
  corsOrigin?: string
  trustProxy?: boolean
  /** Maximum time for requests in flight when the service closes, in milliseconds; 8 s by default. */
  drainMs?: number
}

/** What SM is built from. */
export interface SmDependencies {
  /** Migrated with `migrateSm`. */
  database: Database
  broker: Broker
  auth: Authenticator
  /** Client of AP that authenticates with SM's service token. */
  ap: ApClient
  settings?: SmSettings
  logger?: Logger
  /** Milliseconds between checks for changes that were not published yet; 2 s by default. */
  sweepMs?: number
  /** Milliseconds since 1970. */
  now?: () => number
}

/** Collaborators of SM's routes. */
export interface SmRouteDependencies {
  changes: Changes
  lists: Lists
  policies: Policies
  changePublisher: ChangePublisher
  directory: Directory
  metrics: SmMetrics
  /** The `onRequest` hook, after the guard, of routes that change something. */
  limitChanges: onRequestAsyncHookHandler
}
