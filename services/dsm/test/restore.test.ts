import { createMemoryBroker, type Broker } from '@motience/broker'
import type { Database } from '@motience/kit'
import { brokerKinds, databaseKinds, testBroker, testDatabase, waitFor } from '@motience/testing'
import t, { type Test } from 'tap'
import { fakeSm, numbered, resultsOf, storedOf, testDsm } from './test-dsm.js'

/** Puts the history back to how it was when it had four messages of the first epoch. */
const putBack = async ({ sql }: Database): Promise<void> => {
  await sql`DELETE FROM dsm.messages WHERE (epoch, "offset") NOT IN (SELECT epoch,
    "offset" FROM dsm.messages ORDER BY epoch, "offset" LIMIT 4)`
  await sql`DELETE FROM dsm.epochs WHERE epoch > (SELECT min(epoch) FROM dsm.epochs)`
  await sql`DELETE FROM dsm.absences`
  await sql`UPDATE dsm.epochs SET last_offset = NULL, checked_to = 0`
}

/** Begins a new epoch, as after a restart of the broker. */
const beginEpoch = async (broker: Broker, database: Database): Promise<number> => {
  const [expected] = await broker.heads([1])
  const epoch = Math.max(expected!.epoch + 1, Date.now())
  await database.sql`INSERT INTO dsm.epochs (producer_id, epoch) VALUES (1, ${epoch})`
  await broker.openEpoch({ producerId: 1, epoch, expected: expected!, version: expected!.version })
  return epoch
}

interface Page { items: { epoch: number, offset: number, seq: number }[], complete: boolean }

const seqs = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, n) => from + n)

/**
 * Accepts seq 1 to 20 in three epochs, puts the database back to how it was after 4 of them, and starts another
 * instance.
 */
const restored = async (t: Test, database: Database, broker: Broker) => {
  const sm = fakeSm(broker)
  const before = await testDsm(t, { database, broker, sm })
  const sent = resultsOf(await before.postBatch(numbered(1, 's', 1, 10)))
  for (const first of [11, 16]) {
    await beginEpoch(broker, database)
    sent.push(...resultsOf(await before.postBatch(numbered(1, 's', first, 5))))
  }
  t.equal(new Set(sent.map(({ epoch }) => epoch)).size, 3)
  await before.app.close()
  await putBack(database)
  return { sent, ...await testDsm(t, { database, broker, sm, settings: { completionDelayMs: 10 } }) }
}

for (const databaseKind of await databaseKinds()) {
  for (const brokerKind of await brokerKinds()) {
    t.test(`${databaseKind} was put back, ${brokerKind} was kept: what it lost is stored from the log`, async t => {
      const database = await testDatabase(t, { kind: databaseKind })
      const { sent, postBatch, get } = await restored(t, database, await testBroker(t, brokerKind))
      const again = resultsOf(await postBatch(numbered(1, 's', 9, 14)))
      const first = sent.slice(8).map(({ epoch, offset }) => ({ epoch, offset, duplicate: true }))
      t.same(again.slice(0, 12).map(({ epoch, offset, duplicate }) => ({ epoch, offset, duplicate })), first)
      t.match(
        again.slice(12),
        [
          { epoch: sent.at(-1)!.epoch, offset: 6, duplicate: false },
          { offset: 7, duplicate: false }
        ],
        'the log goes on'
      )
      t.same((await storedOf(database, 1)).map(row => row.seq), seqs(1, 22))
      t.match((await get('1?limit=1000')).json(), { complete: true })
    })

    t.test(`${databaseKind} was put back, ${brokerKind} was kept: reading a history stores what it lost`, async t => {
      const database = await testDatabase(t, { kind: databaseKind })
      const { get } = await restored(t, database, await testBroker(t, brokerKind))
      const { items, complete } = (await get('1?limit=1000')).json<Page>()
      t.same(items.map(item => item.seq), seqs(1, 20))
      t.equal(complete, true)
    })
  }

  t.test(
    `${databaseKind} was put back to before a producer's first message, and it is stored without being asked for`,
    async t => {
      const database = await testDatabase(t, { kind: databaseKind })
      const broker = await testBroker(t, 'memory')
      const sm = fakeSm(broker)
      const before = await testDsm(t, { database, broker, sm })
      await before.postBatch([...numbered(1, 's', 1, 5), ...numbered(2, 's', 1, 3)])
      await before.app.close()
      for (const table of ['messages', 'epochs', 'absences']) {
        await database.sql`DELETE FROM ${database.sql(`dsm.${table}`)}`
      }
      await testDsm(t, { database, broker, sm })
      await waitFor(
        async () => (await storedOf(database, 1)).length === 5 && (await storedOf(database, 2)).length === 3
      )
    }
  )

  t.test(`${databaseKind} was put back, and the log does not reach back to what it has`, async t => {
    const database = await testDatabase(t, { kind: databaseKind })
    const broker = createMemoryBroker({ logMaxMessages: 8 })
    const { sent, get } = await restored(t, database, broker)
    const after = async (epoch: number, offset: number) => {
      const { items, complete } = (await get(`1?after=${epoch}-${offset}&limit=1000`)).json<Page>()
      return { complete, seqs: items.map(item => item.seq) }
    }
    const [first, second, third] = [...new Set(sent.map(({ epoch }) => epoch))] as [number, number, number]
    t.same(await after(0, 0), { complete: false, seqs: [1, 2, 3, 4, ...seqs(13, 20)] })
    t.same(await after(first, 4), { complete: false, seqs: seqs(13, 20) }, 'what followed is not known')
    t.same(await after(first, 8), { complete: false, seqs: seqs(13, 20) }, 'a place that this history never reached')
    t.same(await after(second - 1, 3), { complete: false, seqs: seqs(13, 20) }, 'an epoch that nobody knows')
    t.same(await after(second, 1), { complete: false, seqs: seqs(13, 20) }, 'lost')
    t.same(await after(second, 2), { complete: true, seqs: seqs(13, 20) })
    t.same(await after(third, 5), { complete: true, seqs: [] })
    t.same(await after(third, 6), { complete: false, seqs: [] }, 'beyond the end')
  })
}
