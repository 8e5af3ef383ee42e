import {
  buildService, createClientAddresses, limitPerMinute, maxLoopDelayMs, startOutbox, type ServiceApp
} from '@motience/kit'
import { createOwnAuthenticator } from './authenticator.js'
import { startHousekeeping } from './housekeeping.js'
import { createApMetrics } from './metrics.js'
import type { ApDependencies, ApRouteDependencies } from './dependencies.js'
import { createClaims } from './devices/claims.js'
import { createListDevices } from './devices/device-list.js'
import { createDeviceReports } from './devices/device-reports.js'
import { createDevices } from './devices/devices.js'
import { createApiKeys } from './keys/api-keys.js'
import { createForgetKeys } from './keys/forget-keys.js'
import { createVerifyKeys } from './keys/verify-keys.js'
import { createPasswords } from './passwords/passwords.js'
import { createRevocationPublisher } from './revocations/revocation-publisher.js'
import { addAccountRoutes } from './routes/accounts.js'
import { addClaimRoutes } from './routes/claims.js'
import { addDeviceRoutes } from './routes/devices.js'
import { addKeyRoutes } from './routes/keys.js'
import { addSessionRoutes } from './routes/sessions.js'
import { addTokenRoutes } from './routes/tokens.js'
import { addUserRoutes } from './routes/users.js'
import { createSessions } from './sessions/sessions.js'
import { createAccessTokens } from './tokens/access-tokens.js'
import { createKeyring } from './tokens/keyring.js'
import { deriveSecrets } from './tokens/secrets.js'
import { createAdministration } from './users/administration.js'
import { createCatalogue } from './users/catalogue.js'
import { createUsers } from './users/users.js'

/** Builds AP, the service of accounts, sessions and tokens, on a migrated database. Reads no environment variables. */
export const buildAp = async ({
  database, broker, settings, logger, clock = Date.now, sweepMs = 2_000, ...options
}: ApDependencies): Promise<ServiceApp> => {
  const { sql } = database
  const { lifetimes } = settings
  const secrets = deriveSecrets(settings.serviceSecret)
  const keyring = await createKeyring(sql, secrets, lifetimes, clock)
  const sessions = createSessions({ sql, secrets, lifetimes, clock })
  const verifyKeys = createVerifyKeys(sql, clock)
  const authenticator = createOwnAuthenticator({ keyring, sessions, verifyKeys, clock })
  const claims = createClaims(sql, secrets, clock, settings.maxDevices)
  const deviceReports = createDeviceReports(sql, clock)
  const passwords = options.passwords ?? await createPasswords()
  const revocationPublisher = createRevocationPublisher(sql, broker, clock)

  const app = await buildService('ap', {
    logger: logger ?? false,
    auth: authenticator,
    bodyLimit: 65_536,
    maxEventLoopDelayMs: maxLoopDelayMs(database),
    corsOrigin: settings.corsOrigin,
    trustProxy: settings.trustProxy,
    drainMs: settings.drainMs,
    clientAddresses: createClientAddresses(settings.serviceSecret),
    ready: { database: async () => await database.ping(), broker: async () => await broker.ping() }
  })
  const routeDependencies: ApRouteDependencies = {
    settings,
    users: createUsers(sql),
    catalogue: createCatalogue(sql),
    administration: createAdministration(sql, clock),
    sessions,
    devices: createDevices(sql, clock, settings.maxDevices),
    listDevices: createListDevices(sql, clock),
    claims,
    deviceReports,
    apiKeys: createApiKeys(sql, clock),
    verifyKeys,
    passwords,
    authenticator,
    tokens: createAccessTokens(app.jwt, keyring, lifetimes, clock),
    keyring,
    revocationPublisher,
    metrics: createApMetrics(app.metrics, passwords),
    // One count per address over all routes that compare or hash a password: alternating between them is no faster.
    limitSignIns: limitPerMinute(app, settings.loginRate),
    limitDeviceChanges: limitPerMinute(app, settings.deviceRate, ({ identity }) => String(identity.userId)),
    clock
  }
  addAccountRoutes(app, routeDependencies)
  addSessionRoutes(app, routeDependencies)
  addTokenRoutes(app, routeDependencies)
  addUserRoutes(app, routeDependencies)
  addDeviceRoutes(app, routeDependencies)
  addClaimRoutes(app, routeDependencies)
  addKeyRoutes(app, routeDependencies)

  const outbox = startOutbox({
    broker,
    log: app.log,
    everyMs: sweepMs,
    restore: revocationPublisher.replaceAll,
    pending: revocationPublisher.pending,
    publish: revocationPublisher.publish,
    failureMessage: 'Failed to publish revocations, retrying'
  })
  const stopHousekeeping = startHousekeeping({
    keyring,
    forget: [
      sessions.forget, claims.forget, deviceReports.forget, createForgetKeys(sql, clock)
    ],
    log: app.log
  })
  app.addHook('onClose', async () => {
    await stopHousekeeping()
    await outbox.close()
  })
  return app
}
