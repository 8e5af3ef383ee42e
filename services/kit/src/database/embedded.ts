import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Lease } from '@motience/lease'
import { PGlite } from '@electric-sql/pglite'
import { PGLiteSocketServer } from '@electric-sql/pglite-socket'
import postgres, { type Sql } from 'postgres'
import { leaseDataDir } from './data-dir-lease.js'
import type { Database } from './database.js'
import { createDiskGuard, type DiskGuard } from './disk-guard.js'
import { createDiskReserve } from './disk-reserve.js'
import { DurableFs, durableParams } from './durable-fs.js'
import { silentDatabaseLogger, type DatabaseLogger } from './logger.js'
import { makePrivate, PRIVATE_FOLDER } from './make-private.js'
import { CLOSE_SECS, driverOptions } from './options.js'
import { createPing } from './ping.js'
import { startCheckpoints } from './wal-checkpoints.js'

/** Where an embedded database's files are. */
export interface EmbeddedOptions {
  /** Maximum time to wait for another process to release the folder, in milliseconds; 0 by default. */
  waitMs?: number
  logger?: DatabaseLogger
  /** When to make checkpoints; see `startCheckpoints`. */
  checkpoints?: { checkMs?: number, maxGrowth?: number }
  /** Folder for its files (in `postgres/` below it), created if missing; without it the database is in memory. */
  dataDir?: string
  /** A dump to start a new database from, which is faster than creating an empty one. */
  image?: Blob
}

/** Bytes reserved for a full disk: a segment of the write-ahead log (16 MiB), and what is pending when it is full. */
const RESERVE_BYTES = 48 * 1_048_576

const guardDisk = (dataDir: string, logger: DatabaseLogger): DiskGuard => {
  makePrivate(dataDir)
  return createDiskGuard(createDiskReserve(join(dataDir, 'reserve'), RESERVE_BYTES), logger)
}

const endProcess = (error: unknown): never => {
  console.error(
    `The disk of the embedded database failed (${(error as NodeJS.ErrnoException).code ?? String(error)}), the ` +
    'process exits'
  )
  process.exit(1)
}

const createPglite = async (
  { dataDir, image }: EmbeddedOptions,
  guard: DiskGuard | null,
  lease: Lease | null
): Promise<PGlite> => {
  if (!dataDir) return await PGlite.create({ loadDataDir: image })
  const folder = join(dataDir, 'postgres')
  await mkdir(folder, { recursive: true, mode: PRIVATE_FOLDER })
  return await PGlite.create({
    fs: new DurableFs(folder, {
      mayWrite: () => lease?.isHeld() ?? true,
      makeRoom: () => guard?.full() ?? false,
      failed: endProcess
    }),
    startParams: durableParams(PGlite.defaultStartParams),
    ...(existsSync(join(folder, 'PG_VERSION')) ? {} : { loadDataDir: image })
  })
}

// A Unix socket in a folder that only this user can access, because PGlite checks no password. On Windows, which has
// none, a port of the loopback, where PGlite serves only the first connection.
const serve = async (
  pglite: PGlite
): Promise<{ address: { path: string } | { host: string; port: number }; stop: () => Promise<void> }> => {
  const local = process.platform === 'win32' ? null : await mkdtemp(join(tmpdir(), 'motience-db-'))
  const path = local ? join(local, 's') : undefined
  // Two, so that the successor of a broken connection need not wait for its cleanup. No idle timeout: the server has
  // none by default, and the driver's connection is kept for the life of the process.
  const server = new PGLiteSocketServer({
    db: pglite,
    ...(path ? { path, maxConnections: 2 } : { host: '127.0.0.1', port: 0 })
  })
  await server.start()
  const [host = '127.0.0.1', port = ''] = server.getServerConn().split(':')
  return {
    address: path ? { path } : { host, port: Number(port) },
    stop: async () => {
      await server.stop()
      if (local) await rm(local, { recursive: true, force: true })
    }
  }
}

/**
 * Opens the embedded database: PostgreSQL compiled to WebAssembly, in this process. It has one connection, so queries
 * run one after the other, and a transaction blocks all others. The first start in a folder takes about 5 s, later ones
 * 0.5 s. Commits are durable, see `DurableFs`. Rejects with `DataDirInUseError`.
 */
export const openEmbedded = async (options: EmbeddedOptions): Promise<Database> => {
  const { dataDir, logger = silentDatabaseLogger } = options
  const lease = dataDir ? await leaseDataDir(dataDir, options.waitMs ?? 0, logger) : null
  const undo: (() => Promise<unknown>)[] = [async () => { await lease?.release() }]
  const undoAll = async () => {
    for (const step of undo.splice(0).reverse()) await step()
  }
  try {
    const guard = dataDir ? guardDisk(dataDir, logger) : null
    undo.push(async () => { guard?.stop() })
    const pglite = await createPglite(options, guard, lease)
    undo.push(() => pglite.close())
    const { address, stop } = await serve(pglite)
    undo.push(stop)
    const sql = postgres({
      ...driverOptions,
      ...address,
      user: 'postgres',
      database: 'postgres',
      ssl: false,
      max: 1,
      max_lifetime: null,
      connection: { TimeZone: 'UTC' }
    }) as unknown as Sql
    undo.push(() => sql.end({ timeout: CLOSE_SECS }))
    await sql`select 1`
    await guard?.start(sql)
    if (dataDir) {
      const stopCheckpoints = startCheckpoints(sql, join(dataDir, 'postgres'), logger, options.checkpoints)
      undo.push(async () => { stopCheckpoints() })
    }
    const answers = createPing(sql)
    const ping = async (): Promise<void> => {
      guard?.check()
      await answers()
    }
    return { kind: 'embedded', sql, ping, close: undoAll }
  } catch (error) {
    await undoAll()
    throw error
  }
}
