import type { Broker } from '@motience/broker'
import type { Database, Logger } from '@motience/kit'
import type { onRequestAsyncHookHandler } from 'fastify'
import type { OwnAuthenticator } from './authenticator.js'
import type { Clock } from './clock.js'
import type { Claims } from './devices/claims.js'
import type { DeviceReports } from './devices/device-reports.js'
import type { ListDevices } from './devices/device-list.js'
import type { Devices } from './devices/devices.js'
import type { ApiKeys } from './keys/api-keys.js'
import type { VerifyKeys } from './keys/verify-keys.js'
import type { ApMetrics } from './metrics.js'
import type { Passwords } from './passwords/passwords.js'
import type { RevocationPublisher } from './revocations/revocation-publisher.js'
import type { Sessions } from './sessions/sessions.js'
import type { AccessTokens } from './tokens/access-tokens.js'
import type { Keyring } from './tokens/keyring.js'
import type { Lifetimes } from './tokens/lifetimes.js'
import type { Administration } from './users/administration.js'
import type { Catalogue } from './users/catalogue.js'
import type { Users } from './users/users.js'

/** Settings of AP, already checked. */
export interface ApSettings {
  /** What services sign in with; AP's own keys are made from it too. */
  serviceSecret: string
  lifetimes: Lifetimes
  /** Logins and registrations a minute from one address. */
  loginRate: number
  /** Service tokens a minute for one address. */
  serviceTokenRate: number
  /** Claims of devices a minute from one address. */
  claimRate: number
  /** Changes to devices and keys a minute by one user. */
  deviceRate: number
  /** Maximum number of devices of one user. */
  maxDevices: number
  corsOrigin?: string
  trustProxy?: boolean
  /** Maximum time for requests in flight when the service closes, in milliseconds; 8 s by default. */
  drainMs?: number
}

/** What AP is built from. The database has been migrated (`migrateAp`). */
export interface ApDependencies {
  database: Database
  broker: Broker
  settings: ApSettings
  logger?: Logger
  /** The system's by default. */
  clock?: Clock
  /** Made with the default bounds if not given. */
  passwords?: Passwords
  /** Milliseconds between looks at what is still to be told to the broker; 2000 by default. */
  sweepMs?: number
}

/** What the routes work with. */
export interface ApRouteDependencies {
  settings: ApSettings
  users: Users
  catalogue: Catalogue
  administration: Administration
  sessions: Sessions
  devices: Devices
  listDevices: ListDevices
  claims: Claims
  deviceReports: DeviceReports
  apiKeys: ApiKeys
  verifyKeys: VerifyKeys
  passwords: Passwords
  authenticator: OwnAuthenticator
  tokens: AccessTokens
  keyring: Keyring
  revocationPublisher: RevocationPublisher
  metrics: ApMetrics
  /** Bounds sign-ins from one address: the `onRequest` of the routes that take a password. */
  limitSignIns: onRequestAsyncHookHandler
  /** Bounds changes to devices and keys by one user, after the guard. */
  limitDeviceChanges: onRequestAsyncHookHandler
  clock: Clock
}
