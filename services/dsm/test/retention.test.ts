import { databaseKinds, waitFor } from '@motience/testing'
import type { HistoryPage } from '@motience/schemas'
import t from 'tap'
import { enforceRetention } from '../src/storage/retention.js'
import { listPartitions } from '../src/storage/partitions.js'
import { storedOf, testDsm } from './test-dsm.js'

const DAY = 86_400_000
const NOW = Date.parse('2026-03-10T12:00:00Z')
const metrics = { droppedPartitions: { inc: () => {} } } as unknown as Parameters<typeof enforceRetention>[4]

for (const databaseKind of await databaseKinds()) {
  t.test(`on ${databaseKind}`, async t => {
    let now = NOW - 5 * DAY
    const dsm = await testDsm(t, {
      databaseKind,
      now: () => now,
      settings: { retention: { ageDays: null, bytes: null } }
    })
    const { database, sm, app } = dsm
    const drop = async (retention: { ageDays: number | null; bytes: number | null }) =>
      await enforceRetention(database, retention, NOW, app.log, metrics)
    const page = async (query: string, token = 'producer-1') => (await dsm.get(`1${query}`, token)).json<HistoryPage>()
    const days = async () => (await listPartitions(database)).map(partition => partition.name)

    await dsm.postBatch([{ producer_id: 1, payload: { day: 5 } }, { producer_id: 1, payload: { day: 5 } }])
    now = NOW - 4 * DAY
    await dsm.post({ producer_id: 1, payload: { day: 4 } })
    await sm.activate(1, 50)
    now = NOW
    await dsm.post({ producer_id: 1, payload: { day: 0 } })

    t.test('a message of a day that has no partition makes it', async t => {
      t.ok((await days()).includes('messages_20260306'))
      t.ok((await days()).includes('messages_20260310'))
      t.equal((await storedOf(database, 1)).length, 4)
    })

    t.test('partitions are made days ahead', async t => {
      await waitFor(async () => (await days()).includes('messages_20260308'))
      t.end()
    })

    t.test('nothing is dropped while everything is young and small enough', async t => {
      await drop({ ageDays: 5, bytes: 1e12 })
      t.match(await page(''), { complete: true, items: { length: 4 } })
    })

    t.test('days past the age are dropped, and history says that it is not complete', async t => {
      await drop({ ageDays: 4, bytes: null })
      const all = await page('')
      t.same(all.items.map(item => item.offset), [3, 4])
      t.equal(all.complete, false)
      t.equal((await page('?limit=1')).complete, false)
      const { epoch } = all.items[0]!
      t.equal((await page(`?after=${epoch}-1`)).complete, false, 'the second message is gone too')
      t.equal((await page(`?after=${epoch}-2`)).complete, true)
      t.equal((await page('?order=desc&limit=1')).complete, true)
      t.equal((await page(`?from=${new Date(NOW - 4 * DAY).toISOString()}`)).complete, true)
      t.equal((await page(`?to=${new Date(NOW - 4 * DAY).toISOString()}`)).complete, false)
      t.match(await page('', 'consumer-50'), { complete: true, items: { length: 1 } })
    })

    t.test('the oldest days are dropped while there are too many bytes, today never', async t => {
      await drop({ ageDays: null, bytes: 1 })
      t.same((await page('')).items.map(item => item.payload), [{ day: 0 }])
      t.ok((await days()).every(name => name >= 'messages_20260310'))
    })

    t.test('a repeat of what was dropped is refused, not accepted anew', async t => {
      now = NOW - 3 * DAY
      await dsm.post({ producer_id: 2, session: 's', seq: 1, payload: {} })
      await dsm.post({ producer_id: 2, session: 's', seq: 2, payload: {} })
      await drop({ ageDays: 1, bytes: null })
      now = NOW
      t.equal((await dsm.post({ producer_id: 2, session: 's', seq: 1, payload: {} })).statusCode, 409)
    })
  })
}
