import {
  createAuthenticator, createDeviceReporter, createInternalClients, createServiceTokens, isMain, listen,
  openServiceBroker, openServiceDatabase, readEnv, runMigrations, runService, startService, type Running, type Shared
} from '@motience/kit'
import { buildDsm } from './app.js'
import { DsmEnvSchema, type DsmEnv } from './env.js'
import { migrateDsm } from './migrate.js'
import { parseRetention } from './settings.js'
import { createSmSubscriptions } from './sm-subscriptions.js'

export type { Shared }

/** A running DSM. */
export type RunningDsm = Running<{ http: string }>

/**
 * Opens the resources that are not shared, migrates, and listens on `DSM_PORT`. Rejects with an `EnvError` or
 * `StartError` that names the offending variable.
 */
export const startDsm = async (env: DsmEnv, shared: Shared = {}): Promise<RunningDsm> =>
  await startService('dsm', env, shared, async ({ secret, logger, opened }) => {
    const database = shared.database ?? opened(await openServiceDatabase(env, logger))
    const broker = shared.broker ?? opened(await openServiceBroker(env, logger))
    const tokens = opened(createServiceTokens({ apUrl: env.AP_URL, service: 'dsm', secret }))
    const auth = opened(createAuthenticator({ apUrl: env.AP_URL, broker, tokens, logger }))
    const clients = opened(createInternalClients({ sm: env.SM_URL, tokens }))
    const devices = opened(createDeviceReporter({ apUrl: env.AP_URL, tokens, logger }))
    const app = opened(
      await buildDsm({
        database,
        broker,
        auth,
        devices,
        source: createSmSubscriptions(clients.sm),
        logger,
        corsOrigin: env.CORS_ORIGIN,
        trustProxy: env.TRUST_PROXY,
        drainMs: env.DRAIN_MS,
        settings: {
          persist: env.DSM_PERSIST,
          retention: parseRetention(env.DSM_RETENTION),
          maxPayload: env.DSM_MAX_PAYLOAD,
          maxPending: env.DSM_MAX_PENDING,
          wideList: env.DSM_WIDE_LIST
        }
      })
    )
    return { http: await listen(app, { host: env.HOST, port: env.DSM_PORT, variable: 'DSM_PORT' }) }
  })

if (isMain(import.meta.url)) {
  const env = (): DsmEnv => readEnv(DsmEnvSchema)
  if (process.argv[2] === 'migrate') {
    await runMigrations({ name: 'DSM', env, migrate: migrateDsm })
  } else {
    await runService({ name: 'DSM', env, start: async env => await startDsm(env) })
  }
}
