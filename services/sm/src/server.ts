import {
  createAuthenticator, createInternalClients, createServiceTokens, isMain, listen, openServiceBroker,
  openServiceDatabase, readEnv, runMigrations, runService, startService, type Running, type Shared
} from '@motience/kit'
import { buildSm } from './app.js'
import { SmEnvSchema, type SmEnv } from './env.js'
import { migrateSm } from './migrate.js'

export type { Shared }

/** A running SM. */
export type RunningSm = Running<{ http: string }>

/**
 * Opens the resources that are not shared, migrates, and listens on `SM_PORT`. Rejects with an `EnvError` or
 * `StartError` that names the offending variable.
 */
export const startSm = async (env: SmEnv, shared: Shared = {}): Promise<RunningSm> =>
  await startService('sm', env, shared, async ({ secret, logger, opened }) => {
    const database = shared.database ?? opened(await openServiceDatabase(env, logger))
    const broker = shared.broker ?? opened(await openServiceBroker(env, logger))
    await migrateSm(database)
    const tokens = opened(createServiceTokens({ apUrl: env.AP_URL, service: 'sm', secret }))
    const auth = opened(createAuthenticator({ apUrl: env.AP_URL, broker, tokens, logger }))
    const { ap } = opened(createInternalClients({ ap: env.AP_URL, tokens }))
    const settings = {
      changeRate: env.SM_CHANGE_RATE,
      corsOrigin: env.CORS_ORIGIN,
      trustProxy: env.TRUST_PROXY,
      drainMs: env.DRAIN_MS
    }
    const app = opened(await buildSm({ database, broker, auth, ap, logger, settings }))
    return { http: await listen(app, { host: env.HOST, port: env.SM_PORT, variable: 'SM_PORT' }) }
  })

if (isMain(import.meta.url)) {
  const env = (): SmEnv => readEnv(SmEnvSchema)
  if (process.argv[2] === 'migrate') {
    await runMigrations({ name: 'SM', env, migrate: migrateSm })
  } else {
    await runService({ name: 'SM', env, start: async env => await startSm(env) })
  }
}
