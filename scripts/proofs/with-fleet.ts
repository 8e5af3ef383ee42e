import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startPostgres, startRedis } from '@motience/kit/testing'
import { startFleet, type Fleet } from '../fleet/fleet.js'

/** What a proof works on: one process of each service on servers of its own. */
export interface ProofParts {
  fleet: Fleet
  database: Awaited<ReturnType<typeof startPostgres>>
  redis: Awaited<ReturnType<typeof startRedis>>
}

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

/** Starts the parts, runs the proof on them, and stops them whatever happened. */
export const withFleet = async (
  environment: Record<string, string>,
  prove: (parts: ProofParts) => Promise<void>,
  { databaseFolder }: { databaseFolder?: string } = {}
): Promise<void> => {
  const logFolder = await mkdtemp(join(tmpdir(), 'motience-proof-'))
  const database = await startDatabase(databaseFolder)
  const redis = await startRedis({ aof: 'everysec' })
  const fleet = await startFleet({ databaseUrl: database.url, redisUrl: redis.url, copies: 1, logFolder, environment: { LOG_LEVEL: 'warn', ...environment } })
  try {
    await prove({ fleet, database, redis })
  } finally {
    await fleet.stop()
    await redis.remove()
    await database.remove()
    await rm(logFolder, { recursive: true, force: true })
  }
}
