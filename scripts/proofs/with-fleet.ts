import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startPostgres, startRedis, type PostgresServer, type RedisServer } from '@motience/testing'
import { startFleet, type Fleet, type FleetOptions } from '../fleet/fleet.js'

/** What a proof works on: the platform on servers of its own. */
export interface ProofParts<Redis extends ProofRedis = RedisServer> {
  fleet: Fleet
  database: PostgresServer
  redis: Redis
}

/** Redis in any form. */
interface ProofRedis {
  url: string
  /** What the services need to know of the form. */
  environment?: Record<string, string>
  remove (): Promise<void>
}

interface ProofOptions extends Pick<FleetOptions, 'balance'> { databaseFolder?: string, copies?: number }

/** Starts PostgreSQL with its files below `folder`, or where temporary files go. */
const startDatabase = async (folder: string | undefined) => {
  const temporary = process.env['TMPDIR']
  if (folder !== undefined) process.env['TMPDIR'] = folder
  try {
    return await startPostgres({ durable: true })
  } finally {
    if (temporary === undefined) delete process.env['TMPDIR']
    else process.env['TMPDIR'] = temporary
  }
}

/**
 * Starts the parts, `copies` processes of each service (one if not given), runs the proof on them, and stops them
 * whatever happened.
 */
export const withFleetOn = async <Redis extends ProofRedis> (
  startRedis: () => Promise<Redis>,
  environment: Record<string, string>,
  prove: (parts: ProofParts<Redis>) => Promise<void>,
  { databaseFolder, copies = 1, balance }: ProofOptions = {}
): Promise<void> => {
  const logFolder = await mkdtemp(join(tmpdir(), 'motience-proof-'))
  const database = await startDatabase(databaseFolder)
  const redis = await startRedis()
  const fleet = await startFleet({
    databaseUrl: database.url,
    redisUrl: redis.url,
    copies,
    logFolder,
    environment: { LOG_LEVEL: 'warn', ...redis.environment, ...environment },
    ...(balance === undefined ? {} : { balance })
  })
  try {
    await prove({ fleet, database, redis })
  } finally {
    await fleet.stop()
    await redis.remove()
    await database.remove()
    await rm(logFolder, { recursive: true, force: true })
  }
}

/** The same on one Redis that writes its AOF every second. */
export const withFleet = (
  environment: Record<string, string>,
  prove: (parts: ProofParts) => Promise<void>,
  options?: ProofOptions
): Promise<void> => withFleetOn(() => startRedis({ aof: 'everysec' }), environment, prove, options)
