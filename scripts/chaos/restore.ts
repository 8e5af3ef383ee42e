import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Fleet } from '../fleet/fleet.js'
import { runDocumented } from '../proofs/restore/documented.js'
import type { Fault } from './faults.js'

/** Whoever sends ends before whom it sends to, so that all that was taken is answered. */
const ORDER = ['wss1', 'wss2', 'dsm', 'sm', 'ap']

/**
 * Stops the platform, puts PostgreSQL back from a dump of that moment, empties Redis, and starts it again, by the
 * commands of docs/operations.md. Nothing that was acked is lost by that, and no change of access; all that Redis knew
 * is.
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
    for (const name of ORDER) {
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
    for (const name of ORDER.toReversed()) {
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
