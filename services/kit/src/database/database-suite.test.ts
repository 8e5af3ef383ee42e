import t from 'tap'
import { databaseKinds, testDatabase } from '@motience/testing'

for (const kind of await databaseKinds()) {
  t.test(`on the ${kind} database`, async t => {
    const database = await testDatabase(t, { kind })
    const { sql } = database

    t.test('reports its kind and responds', async t => {
      t.equal(database.kind, kind)
      await t.resolves(database.ping())
    })

    t.test('int8 arrives as a number, and an unsafe one rejects', async t => {
      const [row] = await sql<
        { low: number; high: number; list: number[] }[]
      >`select 1::int8 as low, ${Number.MAX_SAFE_INTEGER}::int8 as high, array[1, 2]::int8[] as list`
      t.strictSame(row, { low: 1, high: Number.MAX_SAFE_INTEGER, list: [1, 2] })
      await t.rejects(sql`select 9007199254740993::int8`, RangeError)
      t.strictSame([...await sql`select 1 as one`], [{ one: 1 }], 'the connection stays usable')
    })

    t.test('instants arrive as RFC 3339 text in UTC with milliseconds, and may be sent as text or Date', async t => {
      const text = '2026-01-02T03:04:05.678Z'
      const [row] = await sql`
        select ${text}::timestamptz as text, ${new Date(text)}::timestamptz as date,
          '2026-01-02 03:04:05.678999+02'::timestamptz as finer,
          '2026-01-02 03:04:05'::timestamp as without, 'infinity'::timestamptz as never, '2026-01-02'::date as day,
          1.10::numeric as exact`
      t.strictSame(row, {
        text,
        date: text,
        finer: '2026-01-02T01:04:05.678Z',
        without: '2026-01-02T03:04:05.000Z',
        never: 'infinity',
        day: '2026-01-02',
        exact: '1.10'
      })
    })

    t.test('JSON, bytes, nulls and long texts are unchanged', async t => {
      const long = 'ä'.repeat(200_000)
      const json = { a: [1, null, 'x'] }
      const [row] =
        await sql`select ${sql.json(json)}::jsonb as json, ${Buffer.from([0, 255])}::bytea as bytes,
          ${null}::text as none, ${long}::text as long`
      t.strictSame(row, { json, bytes: Buffer.from([0, 255]), none: null, long })
    })

    t.test('many rows are inserted at once and read by cursor', async t => {
      await sql`create table many (id int8 primary key, payload jsonb not null)`
      const rows = Array.from({ length: 1000 }, (_unused, i) => ({ id: i, payload: sql.json({ value: i }) }))
      await sql`insert into many ${sql(rows)}`
      await sql`insert into many ${sql(rows.slice(0, 10))} on conflict do nothing`
      let sum = 0
      for await (const chunk of sql<
        { id: number; payload: { value: number } }[]
      >`select id, payload from many order by id`.cursor(300)) {
        t.ok(chunk.length <= 300)
        for (const row of chunk) sum += row.payload.value
      }
      t.equal(sum, 499_500)
    })

    t.test('a failed transaction is rolled back, and others continue after it', async t => {
      await sql`create table things (id int primary key)`
      await t.rejects(sql.begin(async transaction => {
        await transaction`insert into things values (1)`
        await transaction`insert into things values (1)`
      }), { code: '23505' })
      await Promise.all(
        Array.from({ length: 20 }, (_unused, i) =>
          sql.begin(transaction => transaction`insert into things values (${i})`)
        )
      )
      t.strictSame([...await sql`select count(*) from things`], [{ count: 20 }])
    })

    t.test('an error contains its code, not the parameters', async t => {
      const error: Error & { code?: string } = await sql`select 1 / ${0}::int as secret, ${'hunter2'}::text`.then(
        () => new Error('none'),
        (error: Error) => error
      )
      t.equal(error.code, '22012')
      t.notMatch(JSON.stringify(error), 'hunter2')
    })
  })
}

for (const kind of await databaseKinds()) {
  t.test(`a ${kind} database rejects queries after it was closed`, async t => {
    const database = await testDatabase(t, { kind })
    await database.close()
    await t.rejects(database.ping(), { name: 'DatabaseUnavailableError' })
    await t.resolves(database.close(), 'can be closed twice')
  })
}
