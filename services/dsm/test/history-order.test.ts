import { databaseKinds } from '@motience/testing'
import type { HistoryPage } from '@motience/schemas'
import t from 'tap'
import { testDsm } from './test-dsm.js'
import { fillRaw, randomFrom, type RawMessage } from './raw-history.js'

const BASE = Date.parse('2026-03-01T00:00:00Z')
const COUNT = 700
const random = randomFrom(8)

/** Few times for many messages: most are of a time that others have too, to the nanosecond. */
const messages: RawMessage[] = Array.from({ length: COUNT }, (_, n) => ({
  at: BASE + Math.floor(random() * 40) * 1_000,
  ns: Math.floor(random() * 3) * 100,
  device: n % 3 === 0 ? 'third' : '',
  payload: `{"n":${n + 1}}`
}))

/** Offsets in the order of the device's time, then of the log. */
const ordered = messages
  .map((message, n) => ({ ...message, offset: n + 1 }))
  .sort((a, b) => a.at - b.at || a.ns! - b.ns! || a.offset - b.offset)

for (const databaseKind of await databaseKinds()) {
  t.test(`by the device's time on ${databaseKind}`, async t => {
    const dsm = await testDsm(t, { databaseKind })
    await fillRaw(dsm.database, 1, messages)
    const ask = async (path: string, token?: string): Promise<HistoryPage> => {
      const response = await dsm.get(path, token)
      if (response.statusCode !== 200) throw new Error(response.body)
      return response.json()
    }
    const offsets = ({ items }: HistoryPage): number[] => items.map(item => item.offset)
    const pages = async (query: string, onPage: () => Promise<unknown> = async () => {}): Promise<number[]> => {
      const found: number[] = []
      for (let cursor: string | null = ''; cursor !== null;) {
        const page: HistoryPage = await ask(`${query}${cursor === '' ? '' : `&cursor=${cursor}`}`)
        t.equal(page.complete, true)
        found.push(...offsets(page))
        cursor = page.next_cursor
        await onPage()
      }
      return found
    }

    t.test('pages, NDJSON and CSV have everything once, both ways', async t => {
      for (const order of ['asc', 'desc'] as const) {
        const all = ordered.map(({ offset }) => offset)
        const expected = order === 'asc' ? all : all.reverse()
        const query = `1?order_by=device&order=${order}`
        for (const limit of [37, 350, 699, 700]) {
          t.same(await pages(`${query}&limit=${limit}`), expected, `${order}, pages of ${limit}`)
        }
        const lines = (await dsm.get(query, 'service', 'application/x-ndjson')).body.trimEnd().split('\n')
        t.same(lines.map(line => (JSON.parse(line) as { offset: number }).offset), expected)
        const csv = (await dsm.get(query, 'service', 'text/csv')).body.trimEnd().split('\r\n').slice(1)
        t.same(csv.map(line => Number(line.split(',')[3])), expected)
      }
    })

    t.test('a time, a device, a place and a limit bound it', async t => {
      const from = BASE + 10_000
      const to = BASE + 20_000
      const expected = ordered.filter(
        ({ at, ns, device, offset }) =>
          device === 'third' &&
          offset > 100 &&
          (at > from || (at === from && ns! >= 100)) &&
          (at < to || (at === to && ns! < 200))
      )
      const text = (ms: number, ns: string): string => `${new Date(ms).toISOString().slice(0, -1)}${ns}Z`
      const query = `1?order_by=device&device_id=third&after=1-100&from=${text(from, '0001')}&to=${text(to, '0002')}`
      t.ok(expected.length > 20)
      t.same(await pages(`${query}&limit=7`), expected.map(({ offset }) => offset))
      const lines = (await dsm.get(`${query}&limit=5&order=desc`, 'service', 'application/x-ndjson')).body
        .trimEnd()
        .split('\n')
      t.same(
        lines.map(line => (JSON.parse(line) as { offset: number }).offset),
        expected
          .slice(-5)
          .reverse()
          .map(({ offset }) => offset)
      )
      const inLog = [...expected].sort((a, b) => a.offset - b.offset)
      t.same(
        await pages(`${query.replace('device&', 'received&')}&limit=7`),
        inLog.map(({ offset }) => offset),
        'to the nanosecond in the order of the log too'
      )
    })

    t.test('what is accepted between two pages, of whatever time, is on none of them', async t => {
      const send = async (ms: number): Promise<unknown> =>
        await dsm.post({ producer_id: 2, timestamp: new Date(BASE + ms).toISOString(), payload: {} })
      for (const ms of [5_000, 1_000, 3_000, 3_000, 2_000, 4_000]) await send(ms)
      let more = 0
      const late = async (): Promise<void> => {
        await send(more * 500)
        await send(6_000 + more++)
      }
      t.same(await pages('2?order_by=device&limit=2', late), [2, 5, 3, 4, 6, 1])
      t.equal((await ask('2?order_by=device')).items.length, 12)
    })

    t.test('a cursor works with its own order only, and none that was made up reads farther than it may', async t => {
      const { next_cursor: cursor } = await ask('1?order_by=device&limit=5')
      for (const path of [
        `1?cursor=${cursor}`,
        `1?order_by=received&cursor=${cursor}`,
        `1?order_by=device&order=desc&cursor=${cursor}`,
        '1?order_by=time'
      ]) { t.equal((await dsm.get(path)).statusCode, 400, path) }
      const parts = Buffer.from(cursor!, 'base64url').toString('latin1').split('.')
      for (const change of [{ 3: '1000000' }, { 3: '-1' }, { 0: '9999999999999999' }, { 2: 'x' }]) {
        const forged = Buffer.from(Object.assign([...parts], change).join('.')).toString('base64url')
        t.equal((await dsm.get(`1?order_by=device&limit=5&cursor=${forged}`)).statusCode, 400)
      }
      const farther = Buffer.from(Object.assign([...parts], { 4: '9', 5: '9' }).join('.')).toString('base64url')
      t.same(
        offsets(await ask(`1?order_by=device&limit=5&cursor=${farther}`)),
        ordered.slice(5, 10).map(({ offset }) => offset)
      )
    })

    t.test('a subscriber reads what was accepted since it became active, and no page after it was revoked', async t => {
      const send = async (secs: number) =>
        await dsm.post({ producer_id: 4, timestamp: new Date(BASE + secs * 1_000).toISOString(), payload: {} })
      await send(2)
      await dsm.sm.activate(4, 60)
      for (const secs of [3, 1, 2]) await send(secs)
      const { items, next_cursor: cursor, complete } = await ask('4?order_by=device&limit=2', 'consumer-60')
      t.same(items.map(item => item.offset), [3, 4])
      t.equal(complete, true)
      t.same(offsets(await ask(`4?order_by=device&limit=2&cursor=${cursor}`, 'consumer-60')), [2])
      await dsm.sm.revoke(4, 60)
      t.equal((await dsm.get(`4?order_by=device&limit=2&cursor=${cursor}`, 'consumer-60')).statusCode, 403)
    })

    t.test('a page is complete unless something of its time may be absent', async t => {
      await fillRaw(dsm.database, 5, Array.from({ length: 10 }, (_, n) => ({ at: BASE + n * 1_000, payload: '{}' })))
      await dsm.database.sql`
        INSERT INTO dsm.absences (producer_id, epoch, reason, from_offset, to_offset, min_at_ms, max_at_ms)
          VALUES (5, 1, 'retention', 1, 1, ${BASE + 2_500}, ${BASE + 4_500})`
      const complete = async (query: string) => (await ask(`5?order_by=device&${query}`)).complete
      t.equal(await complete('limit=10'), false)
      t.equal(await complete('limit=3'), true, 'until 2 s')
      t.equal(await complete('limit=4'), false, 'until 3 s')
      t.equal(await complete('limit=5&order=desc'), true, 'back to 5 s')
      t.equal(await complete('limit=6&order=desc'), false, 'back to 4 s')
      const { next_cursor: cursor } = await ask('5?order_by=device&limit=6')
      t.equal(await complete(`limit=6&cursor=${cursor}`), true, 'from 5 s on')
      await dsm.database.sql`UPDATE dsm.absences SET min_at_ms = NULL, max_at_ms = NULL WHERE producer_id = 5`
      t.equal(await complete('limit=3'), false, 'of whatever time')
    })
  })
}
