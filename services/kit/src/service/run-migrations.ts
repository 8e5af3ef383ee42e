import type { CommonEnv } from '@motience/schemas'
import type { Database } from '../database/index.js'
import { createLogger } from './logger.js'
import { startMessage } from './run-service.js'
import type { ServiceId } from './service-app.js'
import { openServiceDatabase, type DatabaseEnv } from './start-service.js'

/** A service's migrations, run without the service. */
export interface MigrationOptions<Env extends DatabaseEnv & Pick<CommonEnv, 'LOG_LEVEL'>> {
  /** Name on standard error. */
  name: string
  /** Reads the environment. */
  env: () => Env
  migrate: (database: Database) => Promise<void>
}

/**
 * Runs `node server.js migrate`: migrates the service's tables and closes the database, for deployments that migrate
 * before they start the new release. Never rejects: a failure is written to standard error and sets the exit code 1.
 */
export const runMigrations = async <Env extends DatabaseEnv & Pick<CommonEnv, 'LOG_LEVEL'>>(
  { name, env: readEnvironment, migrate }: MigrationOptions<Env>
): Promise<void> => {
  try {
    const env = readEnvironment()
    const logger = createLogger(name.toLowerCase() as ServiceId, env.LOG_LEVEL)
    const database = await openServiceDatabase(env, logger)
    try {
      await migrate(database)
    } finally {
      await database.close()
    }
    logger.info('Migrated the database')
  } catch (error) {
    console.error(startMessage(name, error))
    process.exitCode = 1
  }
}
