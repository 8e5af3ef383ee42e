import { afterRestore } from '@motience/ap'
import { withDatabase } from './with-database.js'

const usage = `Run once after restoring the database from a backup, before starting the services.

  node scripts/after-restore.mjs                  skips user ids and invalidates all access tokens
  node scripts/after-restore.mjs --end-sessions   also ends all sessions, so that everyone has to sign in again

The database is that of DATABASE_URL (or DB_HOST etc.), or the embedded one in DATA_DIR. See docs/operations.md for the
complete procedure.`

const main = async (args: readonly string[]): Promise<number> => {
  const endSessions = args.length === 1 && args[0] === '--end-sessions'
  if (args.length > 0 && !endSessions) {
    console.error(usage)
    return 2
  }
  const { keys, endedSessions } = await withDatabase(({ sql }) => afterRestore(sql, { endSessions }))
  const sessions = endSessions ? ` and ended ${endedSessions} sessions` : ''
  console.log(`Deleted ${keys} signing keys${sessions}. The services can be started now.`)
  return 0
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  console.error(`Nothing was changed: ${(error as Error).message}`)
  process.exitCode = 1
}
