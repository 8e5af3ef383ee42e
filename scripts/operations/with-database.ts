import { join } from 'node:path'
import { migrateAp } from '@motience/ap'
import { databaseUrl, openDatabase, readEnv, type Database } from '@motience/kit'
import { CommonEnvSchema } from '@motience/schemas'

/** Opens the database that the environment names, migrates AP's tables, and closes it after `task`. */
export const withDatabase = async <T>(task: (database: Database) => Promise<T>): Promise<T> => {
  const env = readEnv(CommonEnvSchema)
  const database = await openDatabase({
    url: databaseUrl(env),
    dataDir: join(env.DATA_DIR, 'database'),
    pool: 1,
    waitMs: env.DB_WAIT_MS
  })
  try {
    await migrateAp(database)
    return await task(database)
  } finally {
    await database.close()
  }
}
