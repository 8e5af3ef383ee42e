import { execFile } from 'node:child_process'
import { mkdtemp, rm, statfs } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import { waitFor } from '@motience/testing'
import { startProducer } from '../chaos/producer.js'
import { createAccount } from '../fleet/accounts.js'
import { storedNumbers } from './stored-numbers.js'
import { withFleet } from './with-fleet.js'

const run = promisify(execFile)
const FULL_MS = 15_000

/**
 * The disk under PostgreSQL fills up: nothing is acked meanwhile, nothing acked is missing afterwards, and acks come
 * again by themselves within 30 s of having room. Needs root, to mount a small file system in memory. A PostgreSQL that
 * gave up is started again, as its service manager does.
 */
export const diskFull = async () => {
  const disk = await mkdtemp(join(tmpdir(), 'motience-disk-'))
  await run('mount', ['-t', 'tmpfs', '-o', 'size=192m,mode=0777', 'tmpfs', disk])
  try {
    await withFleet({}, async ({ fleet, database }) => {
      const account = await createAccount(fleet.urls.ap, 'disk-producer', 'producer')
      const producer = startProducer(fleet.urls, account, { rate: 50, padding: 2000 })
      const acked = () => producer.messages.filter(message => message.ackedAt !== null).length
      await waitFor(() => acked() > 100, { timeoutMs: 30_000, what: 'the first acks' })

      const ballast = join(disk, 'ballast')
      const { bavail, bsize } = await statfs(disk)
      await run('dd', ['if=/dev/zero', `of=${ballast}`, `bs=${bsize}`, `count=${bavail}`]).catch(() => {})
      const fullAt = performance.now()
      const supervising = new AbortController()
      const supervisor = (async () => {
        while (!supervising.signal.aborted) {
          try {
            process.kill(database.pid, 0)
          } catch {
            await database.start().catch(() => {})
          }
          await pause(500)
        }
      })()
      await pause(FULL_MS)
      const ackedWhileFull = producer.messages.filter(
        message => message.ackedAt !== null && message.ackedAt > fullAt + 2000
      )
      const keptBefore = acked()
      await rm(ballast)
      const roomAt = performance.now()
      await waitFor(() => acked() > keptBefore, { timeoutMs: 60_000, what: 'acks to come again' })
      const recoveredMs = performance.now() - roomAt
      producer.finish()
      await waitFor(() => producer.pending() === 0, { timeoutMs: 60_000, what: 'every message to be acked' })
      supervising.abort()
      await supervisor

      const stored = (await storedNumbers(database.url)).get(producer.producerId) ?? new Set()
      const missing = producer.messages.filter(
        message => message.ackedAt !== null && !stored.has(message.number)
      ).length
      console.log(
        `${producer.messages.length} sent, ${acked()} acked, ${missing} acked and missing; ${ackedWhileFull.length} ` +
        'acked while the disk was full'
      )
      console.log(`Acks came again ${Math.round(recoveredMs)} ms after there was room`)
      await producer.close()
      if (missing > 0 || recoveredMs > 30_000) process.exitCode = 1
    }, { databaseFolder: disk })
  } finally {
    await run('umount', ['-l', disk])
  }
}
