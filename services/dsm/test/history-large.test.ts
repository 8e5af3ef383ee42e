import { databaseKinds } from '@motience/testing'
import type { HistoryPage } from '@motience/schemas'
import t from 'tap'
import { fillHistory, testDsm } from './test-dsm.js'

const BASE = Date.parse('2026-03-01T00:00:00Z')
const COUNT = 20_000

for (const databaseKind of await databaseKinds()) {
  t.test(`a long history on ${databaseKind}`, async t => {
    const { get, database, sm } = await testDsm(t, { databaseKind })
    // Two epochs; the second is of devices whose readings come late: their times lie within the first one's.
    await fillHistory(database, 1, COUNT, { baseMs: BASE, versionEvery: 1_000 })
    await fillHistory(database, 1, 1_000, { epoch: 2, baseMs: BASE + 5_000_000, firstVersion: 25, versionEvery: 500 })
    await database.sql`UPDATE dsm.epochs SET last_offset = ${COUNT} WHERE producer_id = 1 AND epoch = 1`
    const page = async (query: string, token = 'service') => (await get(`1?${query}`, token)).json<HistoryPage>()
    const places = ({ items }: HistoryPage) => items.map(item => `${item.epoch}-${item.offset}`)

    t.test('a consumer begins at the first message of its version', async t => {
      for (const [version, first, count] of [
        [0, '1-1', COUNT + 1_000],
        [1, '1-1001', COUNT],
        [7, '1-7001', COUNT - 6_000],
        [19, '1-19001', 2_000],
        [20, '2-1', 1_000],
        [26, '2-501', 500]
      ] as const) {
        sm.activatedVersion = async () => version
        const { items, complete } = await page('limit=2', 'consumer-5')
        t.equal(`${items[0]!.epoch}-${items[0]!.offset}`, first, `version ${version}`)
        t.equal(complete, true)
        const lines = (await get('1', 'consumer-5', 'application/x-ndjson')).body.split('\n').length - 1
        t.equal(lines, count, `version ${version}`)
      }
      sm.activatedVersion = async () => 99
      t.same(await page('limit=2', 'consumer-5'), { items: [], next_cursor: null, complete: true })
    })

    t.test('a time is found wherever in the log it is, both ways and over pages', async t => {
      const at = (secs: number) => new Date(BASE + secs * 1_000).toISOString()
      const query = `from=${at(5_998)}&to=${at(6_002)}`
      t.same(places(await page(query)), ['1-5999', '1-6000', '1-6001', '1-6002', '2-999', '2-1000'])
      t.same(places(await page(`order=desc&${query}`)), ['2-1000', '2-999', '1-6002', '1-6001', '1-6000', '1-5999'])
      const first = await page(`limit=4&${query}`)
      t.same(places(await page(`limit=4&${query}&cursor=${first.next_cursor}`)), ['2-999', '2-1000'])
      t.same(places(await page(`limit=2&from=${at(19_998)}`)), ['1-19999', '1-20000'])
      t.same(places(await page(`limit=2&to=${at(1)}&order=desc`)), ['1-1'])
      t.same(await page(`from=${at(30_000)}`), { items: [], next_cursor: null, complete: true })
      t.equal((await page(`limit=1000&from=${at(0)}`)).items.length, 1_000)
    })

    t.test('an offset that is neither stored nor in the log makes the pages over it incomplete', async t => {
      await database.sql`DELETE FROM dsm.messages WHERE producer_id = 1 AND epoch = 1 AND "offset" IN (150, 151, 300)`
      await database.sql`UPDATE dsm.epochs SET checked_to = 100 WHERE producer_id = 1 AND epoch = 1`
      t.equal((await page('limit=100')).complete, true)
      t.equal((await page('limit=100&after=1-100')).complete, false)
      t.equal((await page('limit=100&after=1-151')).complete, true)
      t.equal((await page('after=1-298&limit=1')).complete, true)
      t.equal((await page('after=1-299&limit=1')).complete, false)
      t.equal((await page('order=desc')).complete, true)
      t.same(
        await database.sql`SELECT from_offset, to_offset, max_version
          FROM dsm.absences WHERE producer_id = 1 ORDER BY 1`,
        [
          { from_offset: 150, to_offset: 151, max_version: 0 },
          { from_offset: 300, to_offset: 300, max_version: 0 }
        ]
      )
      sm.activatedVersion = async () => 1
      t.equal((await page('limit=100', 'consumer-5')).complete, true)
    })
  })
}
