import { fileURLToPath } from 'node:url'
import Postgrator from 'postgrator'
import type { TransactionSql } from 'postgres'
import type { Database } from './database.js'

/** One service's tables. */
export interface Migrations {
  /** Its schema in the database, created if missing; applied files are recorded in `<schema>.migrations`. */
  schema: string
  /** Folder with files named `001.do.create-users.sql`, which qualify tables with their schema. */
  folder: URL
}

// Escapes glob's special characters in the path to the project.
const escapeGlob = (path: string): string =>
  path.replace(/[*?[\]{}()!+@\\]/g, process.platform === 'win32' ? '[$&]' : '\\$&')

const migrator = (transaction: TransactionSql, { schema, folder }: Migrations): Postgrator => new Postgrator({
  driver: 'pg',
  schemaTable: `${schema}.migrations`,
  migrationPattern: `${escapeGlob(fileURLToPath(folder))}/*.sql`,
  newline: 'LF',
  execQuery: async query => ({ rows: [...await transaction.unsafe(query)] })
})

/**
 * Migrates a schema to its latest version, in one transaction. Processes that start concurrently take turns, and the
 * later ones find nothing to do. Rejects if a file was changed after it was applied. A database newer than the files is
 * left unchanged, so that an older release can run next to a newer one.
 */
export const migrate = async (database: Database, migrations: Migrations): Promise<void> => {
  if (!/^[a-z][a-z0-9_]*$/.test(migrations.schema)) throw new Error(`${migrations.schema} is not a valid schema name`)
  await database.sql.begin(async transaction => {
    await transaction`select pg_advisory_xact_lock(hashtextextended(${`motience:${migrations.schema}`}, 0))`
    await transaction`create schema if not exists ${transaction(migrations.schema)}`
    await migrator(transaction, migrations).migrate()
  })
}
