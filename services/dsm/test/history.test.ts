import { databaseKinds } from '@motience/testing'
import type { Envelope, HistoryPage } from '@motience/schemas'
import t from 'tap'
import { testDsm, type TestDsm } from './test-dsm.js'

const BASE = Date.parse('2026-03-01T00:00:00Z')
const at = (n: number): string => new Date(BASE + n * 1_000).toISOString()

const page = async (dsm: TestDsm, path: string, token?: string): Promise<HistoryPage> => {
  const response = await dsm.get(path, token)
  if (response.statusCode !== 200) throw new Error(response.body)
  return response.json()
}

const offsets = ({ items }: { items: Envelope[] }): number[] => items.map(item => item.offset)

const upTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n + 1)

for (const databaseKind of await databaseKinds()) {
  t.test(`on ${databaseKind}`, async t => {
    const dsm = await testDsm(t, { databaseKind })
    await dsm.postBatch(
      upTo(25).map(n => ({
        producer_id: 1,
        device_id: n % 2 === 0 ? 'even' : 'odd',
        id: `m${n}`,
        timestamp: at(n),
        clock_offset_ms: n === 25 ? -20_000 : 0,
        payload: { n }
      }))
    )

    t.test('pages follow each other in log order, both ways, with the text that was published', async t => {
      const live: string[] = []
      await dsm.broker.subscribe(90, text => live.push(text))
      await dsm.sm.activate(2, 90)
      await dsm.postBatch(
        upTo(7).map(n => ({ producer_id: 2, session: 's', seq: n, payload: { text: `"${n}"\n`, n } }))
      )
      for (const order of ['asc', 'desc']) {
        const texts: string[] = []
        let cursor: string | null = ''
        while (cursor !== null) {
          const response = await dsm.get(`2?limit=3&order=${order}${cursor === '' ? '' : `&cursor=${cursor}`}`)
          const { items, next_cursor: next, complete } = response.json<HistoryPage>()
          t.equal(complete, true)
          texts.push(...items.map(item => JSON.stringify(item)))
          for (const item of items) t.ok(response.body.includes(live[item.offset - 1]!))
          cursor = next
        }
        t.same(texts, order === 'asc' ? live : [...live].reverse())
      }
    })

    t.test('the last full page has no cursor', async t => {
      const { items, next_cursor: next } = await page(dsm, '1?limit=25')
      t.equal(items.length, 25)
      t.equal(next, null)
    })

    t.test('from and to bound the corrected time of the device, device_id and after the rest', async t => {
      t.same(offsets(await page(dsm, `1?from=${at(10)}&to=${at(13)}`)), [10, 11, 12])
      t.same(offsets(await page(dsm, `1?from=${at(5)}&to=${at(6)}`)), [5, 25])
      t.same(offsets(await page(dsm, '1?device_id=even&limit=1000')), upTo(12).map(n => n * 2))
      const { items: [first] } = await page(dsm, '1?limit=1')
      t.same(offsets(await page(dsm, `1?after=${first!.epoch}-22`)), [23, 24, 25])
      t.same(offsets(await page(dsm, `1?after=${first!.epoch}-22&order=desc`)), [25, 24, 23])
    })

    t.test('a cursor works with its own query only', async t => {
      const { next_cursor: cursor } = await page(dsm, '1?limit=2&device_id=even')
      t.same(offsets(await page(dsm, `1?limit=3&device_id=even&cursor=${cursor}`)), [6, 8, 10])
      for (const path of [
        `1?cursor=${cursor}`,
        `1?device_id=odd&cursor=${cursor}`,
        `2?device_id=even&cursor=${cursor}`,
        '1?cursor=bm90b25l',
        '1?device_id=even&order=desc&cursor=' + cursor
      ]) {
        const response = await dsm.get(path)
        t.equal(response.statusCode, 400, path)
        t.match(response.json(), { code: 'MOT_BAD_INPUT', errors: [{ path: '/cursor' }] })
      }
    })

    t.test('who may read', async t => {
      for (const token of ['producer-1', 'admin-9', 'service']) {
        t.equal((await page(dsm, '1?limit=1000', token)).items.length, 25, token)
      }
      const stranger = await dsm.get('1', 'producer-3')
      t.match([stranger.statusCode, stranger.json()], [403, { code: 'MOT_FORBIDDEN' }])
      const consumer = await dsm.get('1', 'consumer-50')
      t.match([consumer.statusCode, consumer.json()], [403, { code: 'MOT_DSM_NOT_SUBSCRIBED' }])
      t.equal((await dsm.get('1/series?field=payload.n', 'consumer-50')).statusCode, 403)
    })

    t.test('a subscriber reads what was accepted since it became active, and nothing after it was revoked', async t => {
      const send = async (n: number) => await dsm.post({ producer_id: 4, payload: { n } })
      await send(1)
      await dsm.sm.activate(4, 60)
      await send(2)
      await send(3)
      t.same(offsets(await page(dsm, '4', 'consumer-60')), [2, 3])
      t.match(await page(dsm, '4', 'consumer-60'), { complete: true, next_cursor: null })
      t.match((await dsm.get('4/series?field=payload.n&bucket=1d', 'consumer-60')).json(), {
        points: [{ count: 2, min: 2, max: 3, avg: 2.5, last: 3 }]
      })
      await dsm.sm.revoke(4, 60)
      t.equal((await dsm.get('4', 'consumer-60')).statusCode, 403)
      await send(4)
      await dsm.sm.activate(4, 60)
      await send(5)
      t.same(offsets(await page(dsm, '4', 'consumer-60')), [5])
    })

    t.test('what is accepted while SM is asked is not read: it may come after a revocation', async t => {
      await dsm.sm.activate(5, 70)
      await dsm.post({ producer_id: 5, payload: {} })
      const { activatedVersion } = dsm.sm
      t.teardown(() => { dsm.sm.activatedVersion = activatedVersion })
      dsm.sm.activatedVersion = async (...args) => {
        const version = await activatedVersion(...args)
        await dsm.sm.revoke(5, 70)
        await dsm.post({ producer_id: 5, payload: {} })
        return version
      }
      t.same(offsets(await page(dsm, '5', 'consumer-70')), [1])
    })

    t.test('with SM down a consumer gets 503, and the producer its history', async t => {
      dsm.sm.down = true
      t.teardown(() => { dsm.sm.down = false })
      t.equal((await dsm.get('1', 'consumer-50')).statusCode, 503)
      t.equal((await dsm.get('1', 'producer-1')).statusCode, 200)
    })

    t.test('a producer that never sent has an empty, complete history', async t => {
      t.same(await page(dsm, '999', 'producer-999'), { items: [], next_cursor: null, complete: true })
    })

    t.test('bad queries are refused', async t => {
      for (const path of [
        '1?limit=0',
        '1?limit=1001',
        '1?order=up',
        '1?from=yesterday',
        '1?after=1',
        '1?after=1-9999999999999999',
        '1?color=red',
        '0',
        '1/series',
        '1/series?field=n',
        '1/series?field=payload.n&bucket=1y'
      ]) {
        t.equal((await dsm.get(path)).statusCode, 400, path)
      }
    })
  })
}
