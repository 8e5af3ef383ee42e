import { execFileSync } from 'node:child_process'
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { waitFor } from '@motience/testing'
import { openEmbedded } from './embedded.js'

const MIB = 1_048_576

/** A small disk for a test to fill: a tmpfs, which only root can mount. */
const smallDisk = (t: Test, bytes: number): string => {
  const folder = mkdtempSync(join(tmpdir(), 'motience-disk-'))
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', folder])
  t.teardown(() => {
    execFileSync('umount', ['-l', folder])
    rmSync(folder, { recursive: true })
  })
  return folder
}

/** Fills the disk; returns a function that frees the space again. */
const fill = (folder: string): () => void => {
  const file = join(folder, 'filler')
  const descriptor = openSync(file, 'w')
  try {
    for (const size of [MIB, 4_096]) {
      const chunk = Buffer.alloc(size)
      try {
        while (writeSync(descriptor, chunk) === size);
      } catch {}
    }
  } finally {
    closeSync(descriptor)
  }
  return () => { rmSync(file) }
}

const canMount = process.platform === 'linux' && process.getuid?.() === 0

t.test(
  'a full disk makes the embedded database refuse writes, serve reads, and recover by itself',
  { skip: canMount ? false : 'only root can mount a small disk' },
  async t => {
    const disk = smallDisk(t, 320 * MIB)
    const dataDir = join(disk, 'data')
    mkdirSync(dataDir)
    const logged: string[] = []
    const logger = {
      info: (_fields: object, text: string) => {
        logged.push(text)
      },
      warn: (_fields: object, text: string) => {
        logged.push(text)
      }
    }
    const database = await openEmbedded({ dataDir, logger })
    const { sql } = database
    await sql`CREATE TABLE kept (n integer PRIMARY KEY, text text NOT NULL)`
    let acked = 0
    const insert = async (): Promise<void> => {
      await sql`INSERT INTO kept VALUES (${acked + 1}, ${String(Math.random()).repeat(4_000)})`
      acked++
    }
    await insert()
    const giveBack = fill(disk)

    const refused = await waitFor(
      async () => {
        try {
          await insert()
          return null
        } catch (error) {
          return error as { code: string }
        }
      },
      { timeoutMs: 60_000, what: 'a refused write' }
    )
    t.equal(refused.code, '25006')
    await t.rejects(database.ping(), { name: 'DatabaseFullError', message: /disk .* is full/ })
    t.equal(
      (await sql<{ count: number }[]>`SELECT count(*)::integer AS count FROM kept`)[0]?.count,
      acked,
      'reads still work'
    )
    for (let n = 0; n < 20; n++) await t.rejects(insert(), { code: '25006' })
    t.strictSame(logged, ['Disk full, refusing writes'])

    giveBack()
    await waitFor(
      () =>
        insert().then(
          () => true,
          () => false
        ),
      { timeoutMs: 30_000, what: 'a write after space was freed' }
    )
    await database.ping()
    t.equal(logged.at(-1), 'Disk has space again, accepting writes')
    await insert()

    const fillAgain = fill(disk)
    await waitFor(
      () =>
        insert().then(
          () => false,
          () => true
        ),
      { timeoutMs: 60_000, what: 'another refused write' }
    )
    await database.close()
    fillAgain()
    const again = await openEmbedded({ dataDir })
    const rows = await again.sql<{ n: number }[]>`SELECT n FROM kept ORDER BY n`
    t.strictSame(
      rows.map(({ n }) => n),
      Array.from({ length: acked }, (_, n) => n + 1),
      'no committed row is lost'
    )
    await again.close()
    t.equal(statSync(join(dataDir, 'reserve')).size, 48 * MIB)
  }
)
