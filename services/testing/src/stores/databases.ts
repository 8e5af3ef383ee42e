import { randomUUID } from 'node:crypto'
import postgres from 'postgres'
import { openDatabase, type Database } from '@motience/kit'
import { postgresAvailable } from '../servers/find-command.js'
import type { Teardown } from '../servers/teardown.js'
import { embeddedImage } from './embedded-image.js'
import { reportSkipped, sharedPostgresUrl } from './shared-servers.js'

/** Kinds of database that can be tested on this machine. */
export const databaseKinds = async (): Promise<Database['kind'][]> => {
  if (process.env['MOTIENCE_TEST_DATABASE_URL'] || postgresAvailable()) return ['embedded', 'postgres']
  reportSkipped('PostgreSQL')
  return ['embedded']
}

const asAdmin = async (admin: string, command: string): Promise<void> => {
  const sql = postgres(admin, { max: 1, onnotice: () => {} })
  try {
    await sql.unsafe(command)
  } finally {
    await sql.end({ timeout: 1 })
  }
}

/** Creates an empty database on the shared PostgreSQL, for tests whose services need a URL. */
export const testDatabaseUrl = async (t: Teardown): Promise<string> => {
  const admin = await sharedPostgresUrl()
  const name = `test_${randomUUID().replaceAll('-', '')}`
  await asAdmin(admin, `create database ${name}`)
  t.teardown(() => asAdmin(admin, `drop database if exists ${name} with (force)`))
  const url = new URL(admin)
  url.pathname = `/${name}`
  return url.href
}

/**
 * Opens an empty database for one test, and closes and deletes it afterwards; embedded by default. `pool` is the number
 * of connections to PostgreSQL.
 */
export const testDatabase = async (
  t: Teardown,
  { kind = 'embedded', pool = 4 }: { kind?: Database['kind']; pool?: number } = {}
): Promise<Database> => {
  const database =
    kind === 'embedded'
      ? await openDatabase({ image: await embeddedImage() })
      : await openDatabase({ url: await testDatabaseUrl(t), pool })
  t.teardown(() => database.close())
  return database
}
