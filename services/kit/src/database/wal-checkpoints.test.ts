import { randomBytes } from 'node:crypto'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { waitFor } from '@motience/testing'
import { openEmbedded } from './embedded.js'

t.test('the write-ahead log of an embedded database stays bounded', async t => {
  const dataDir = await mkdtemp(join(tmpdir(), 'motience-wal-'))
  t.teardown(() => rm(dataDir, { recursive: true, force: true }))
  const database = await openEmbedded({ dataDir, checkpoints: { checkMs: 50, maxGrowth: 16 * 1_048_576 } })
  t.teardown(() => database.close())
  const { sql } = database
  await sql`CREATE TABLE written (n integer, text text)`
  const segments = async (): Promise<string[]> =>
    (await readdir(join(dataDir, 'postgres', 'pg_wal'))).filter(name => /^[0-9A-F]{24}$/.test(name)).sort()
  const [first = ''] = await segments()
  let most = 0
  for (let round = 0; round < 12; round++) {
    const text = randomBytes(4 * 1_048_576).toString('base64')
    for (let n = 0; n < 3; n++) await sql`INSERT INTO written VALUES (${round}, ${text})`
    most = Math.max(most, (await segments()).length)
  }
  await waitFor(async () => !(await segments()).includes(first), { what: 'the first segment to be reused' })
  t.ok(most <= 8, `at most ${most} segments of 16 MiB at a time`)
})
