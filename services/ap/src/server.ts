import {
  isMain, listen, openServiceBroker, openServiceDatabase, parseDuration, readEnv, runMigrations, runService,
  startService, type Running, type Shared
} from '@motience/kit'
import { buildAp } from './app.js'
import { ApEnvSchema, type ApEnv } from './env.js'
import { migrateAp } from './migrate.js'

export type { Shared }

/** A running AP. */
export type RunningAp = Running<{ http: string }>

/**
 * Opens what is not shared, migrates, and listens on `AP_PORT`. Rejects with an `EnvError` or `StartError` that names
 * the variable that is to blame.
 */
export const startAp = async (env: ApEnv, shared: Shared = {}): Promise<RunningAp> =>
  await startService('ap', env, shared, async ({ secret, logger, opened }) => {
    const lifetimes = {
      accessMs: parseDuration(env.JWT_EXPIRES_IN),
      refreshMs: parseDuration(env.JWT_REFRESH_EXPIRES_IN),
      keyMs: parseDuration(env.JWT_KEY_ROTATION)
    }
    const database = shared.database ?? opened(await openServiceDatabase(env, logger))
    const broker = shared.broker ?? opened(await openServiceBroker(env, logger))
    await migrateAp(database)
    const app = opened(
      await buildAp({
        database,
        broker,
        logger,
        settings: {
          serviceSecret: secret,
          lifetimes,
          loginRate: env.AP_LOGIN_RATE,
          serviceTokenRate: env.AP_SERVICE_TOKEN_RATE,
          claimRate: env.AP_CLAIM_RATE,
          deviceRate: env.AP_DEVICE_RATE,
          maxDevices: env.AP_MAX_DEVICES,
          corsOrigin: env.CORS_ORIGIN,
          trustProxy: env.TRUST_PROXY,
          drainMs: env.DRAIN_MS
        }
      })
    )
    return { http: await listen(app, { host: env.HOST, port: env.AP_PORT, variable: 'AP_PORT' }) }
  })

if (isMain(import.meta.url)) {
  const env = (): ApEnv => readEnv(ApEnvSchema)
  if (process.argv[2] === 'migrate') {
    await runMigrations({ name: 'AP', env, migrate: migrateAp })
  } else {
    await runService({ name: 'AP', env, start: async env => await startAp(env) })
  }
}
