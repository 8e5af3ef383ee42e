#!/usr/bin/env node
import { join } from 'node:path'
import { build, install } from './prepare.mjs'

const usage = `Run once after the database was put back to an older state, before the services start.

  node scripts/after-restore.mjs                  no id of a user is given out again, and no access token of before is good
  node scripts/after-restore.mjs --end-sessions   and everybody has to sign in again

The database is that of DATABASE_URL (or DB_HOST and its like), else the embedded one in DATA_DIR. docs/operations.md tells
what else there is to do.`

/** Run from its sources (`--conditions=motience-source`) nothing has to be built. */
const runsSources = process.execArgv.some(argument => argument.includes('motience-source'))

const main = async args => {
  const endSessions = args.length === 1 && args[0] === '--end-sessions'
  if (args.length > 0 && !endSessions) {
    console.error(usage)
    return 2
  }
  if (!runsSources) {
    await install()
    await build()
  }
  const { afterRestore, migrateAp } = await import('@motience/ap')
  const { databaseUrl, openDatabase, readEnv } = await import('@motience/kit')
  const { CommonEnvSchema } = await import('@motience/schemas')

  const env = readEnv(CommonEnvSchema)
  const database = await openDatabase({
    url: databaseUrl(env),
    dataDir: join(env.DATA_DIR, 'database'),
    pool: 1,
    waitMs: env.DB_WAIT_MS
  })
  try {
    await migrateAp(database)
    const { keys, endedSessions } = await afterRestore(database.sql, { endSessions })
    console.log(
      `Dropped ${keys} signing keys${endSessions ? ` and ended ${endedSessions} sessions` : ''}. The services can start now.`
    )
    return 0
  } finally {
    await database.close()
  }
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  console.error(`Nothing was changed: ${error.message}`)
  process.exitCode = 1
}
