import { fileURLToPath } from 'node:url'
import Postgrator from 'postgrator'
import type { TransactionSql } from 'postgres'
import type { Database } from './database.js'

/** One service's tables. */
export interface Migrations {
  /** Its schema in the database, made if missing; the list of what was done is `<schema>.migrations`. */
  schema: string
  /** Folder with files named `001.do.create-users.sql`. Name tables with their schema in them. */
  folder: URL
}

// Glob's magic characters, in case the path to the project has some.
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
 * Brings a schema to its newest form, in one transaction: wholly or not at all. Processes that start at once do it
 * one after the other, and the later ones find nothing left to do. A file that was changed after it was applied is
 * an error; a database newer than the files is left as it is, so that an older release can go on beside a newer one.
 */
export const migrate = async (database: Database, migrations: Migrations): Promise<void> => {
  if (!/^[a-z][a-z0-9_]*$/.test(migrations.schema)) throw new Error(`${migrations.schema} is no name for a schema`)
  await database.sql.begin(async transaction => {
    await transaction`select pg_advisory_xact_lock(hashtextextended(${`motience:${migrations.schema}`}, 0))`
    await transaction`create schema if not exists ${transaction(migrations.schema)}`
    await migrator(transaction, migrations).migrate()
  })
}
