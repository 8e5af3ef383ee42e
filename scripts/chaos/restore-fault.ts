import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Fleet } from '../fleet/fleet.js'
import { runDocumented } from '../proofs/restore/run-documented.js'
import type { Fault } from './service-faults.js'

/** Senders stop before their receivers, so that every accepted request is answered. */
const STOP_ORDER = ['wss1', 'wss2', 'dsm', 'sm', 'ap']

/**
 * Stops the platform, restores PostgreSQL from a dump made at that time, empties Redis and restarts the platform, with
 * the commands in docs/operations.md. Only the state of Redis is lost: no acknowledged message and no access change.
 */
export const restoreFault = ({
  fleet, databaseUrl, redisUrl
}: {
  fleet: Fleet
  databaseUrl: string
  redisUrl: string
}): Fault => ({
  name: 'restore postgres and empty redis',
  run: async () => {
    const backups = await mkdtemp(join(tmpdir(), 'motience-chaos-backup-'))
    const variables = { BACKUPS: backups, DATABASE_URL: databaseUrl, REDIS_URL: redisUrl }
    for (const name of STOP_ORDER) {
      await Promise.all(
        fleet.instances
          .filter(one => one.name === name)
          .map(async one => {
            await one.end()
          })
      )
    }
    await runDocumented('dump', variables)
    await runDocumented('restore a dump', variables)
    await runDocumented('empty Redis', variables)
    for (const name of STOP_ORDER.toReversed()) {
      await Promise.all(
        fleet.instances
          .filter(one => one.name === name)
          .map(async one => {
            await one.start()
          })
      )
    }
    await rm(backups, { recursive: true })
  }
})
