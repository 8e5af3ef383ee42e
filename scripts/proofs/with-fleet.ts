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

/** Starts the parts, runs the proof on them, and stops them whatever happened. */
export const withFleet = async (
  environment: Record<string, string>,
  prove: (parts: ProofParts) => Promise<void>
): Promise<void> => {
  const logFolder = await mkdtemp(join(tmpdir(), 'motience-proof-'))
  const database = await startPostgres({ durable: true })
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
