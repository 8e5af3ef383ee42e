import type { Database } from './database.js'
import { openEmbedded, type EmbeddedOptions } from './embedded.js'
import { silentDatabaseLogger } from './logger.js'
import { openServer } from './server.js'

/** Which database to open, and how. */
export interface DatabaseOptions extends EmbeddedOptions {
  /** `postgres://…`; empty or not given for the embedded database. */
  url?: string
  /** Maximum number of connections to a server; the embedded database has one. */
  pool?: number
  /** Maximum time to wait for a server that is down, or for another process to release the folder, in milliseconds. */
  waitMs?: number
}

/**
 * Opens PostgreSQL by its URL, or without one the embedded database in `dataDir` (in memory without that too).
 * Rejects with `DatabaseUnavailableError` or `DataDirInUseError`.
 */
export const openDatabase = async ({
  url = '', logger = silentDatabaseLogger, ...options
}: DatabaseOptions): Promise<Database> =>
  url === '' ? await openEmbedded({ ...options, logger }) : await openServer({ ...options, url, logger })
