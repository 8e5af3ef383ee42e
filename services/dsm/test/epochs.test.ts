import { createRedisBroker, type Broker } from '@motience/broker'
import { brokerKinds, databaseKinds, startRedis, testBroker, testDatabase, waitFor } from '@motience/testing'
import t from 'tap'
import { fakeSm, numbered, resultsOf, storedOf, testDsm } from './test-dsm.js'

for (const databaseKind of await databaseKinds()) {
  t.test(`on ${databaseKind}`, async t => {
    t.test('a broker that lost everything: a new epoch, and no message of before is accepted again', async t => {
      const database = await testDatabase(t, { kind: databaseKind })
      const first = await testDsm(t, { database })
      const before = resultsOf(await first.postBatch(numbered(1, 's', 1, 20)))
      await first.app.close()
      await first.broker.close()

      const { postBatch } = await testDsm(t, { database })
      const again = resultsOf(await postBatch(numbered(1, 's', 11, 20)))
      const { epoch } = again.at(-1)!
      t.ok(epoch > before[0]!.epoch)
      t.same(
        again.slice(0, 10).map(result => [result.epoch, result.offset, result.duplicate]),
        before.slice(10).map(result => [result.epoch, result.offset, true])
      )
      t.same(
        again.slice(10).map(result => [result.epoch, result.offset, result.duplicate]),
        Array.from({ length: 10 }, (_, n) => [epoch, n + 1, false])
      )
      t.same((await storedOf(database, 1)).map(row => row.seq), Array.from({ length: 30 }, (_, n) => n + 1))
    })

    t.test('a session that the broker forgot is known from PostgreSQL, however old it is', async t => {
      const database = await testDatabase(t, { kind: databaseKind })
      const first = await testDsm(t, { database })
      const [{ epoch: old } = { epoch: 0 }] = resultsOf(await first.postBatch(numbered(1, 'old', 1, 5)))
      for (let n = 0; n < 11; n++) await first.postBatch(numbered(1, `s${n}`, 1, 1_000))
      await first.app.close()
      const { postBatch } = await testDsm(t, { database })
      const results = resultsOf(await postBatch(numbered(1, 'old', 4, 3)))
      t.same(
        results.slice(0, 2).map(result => [result.epoch, result.offset, result.duplicate]),
        [
          [old, 4, true],
          [old, 5, true]
        ]
      )
      t.match(results[2], { offset: 1, duplicate: false })
      t.ok(results[2]!.epoch > old)
    })

    t.test('an epoch is never below the clock, and above the known ones where the clock was set back', async t => {
      const database = await testDatabase(t, { kind: databaseKind })
      const epochAt = async (ms: number): Promise<number> => {
        const { app, post } = await testDsm(t, { database, now: () => ms })
        const { epoch } = (await post({ producer_id: 1, payload: {} })).json<{ epoch: number }>()
        await app.close()
        return epoch
      }
      const now = Date.now()
      t.equal(await epochAt(now), now)
      t.equal(await epochAt(now - 60_000), now + 1)
      t.equal(await epochAt(now + 60_000), now + 60_000)
      await database.sql`DELETE FROM dsm.messages`
      await database.sql`DELETE FROM dsm.epochs`
      t.equal(await epochAt(now + 60_001), now + 60_001, 'what is remembered makes no difference')
    })

    t.test('two instances that find the log unverified at once open one epoch', async t => {
      const database = await testDatabase(t, { kind: databaseKind })
      const broker = await testBroker(t, 'memory')
      const sm = fakeSm(broker)
      const instances = [await testDsm(t, { database, broker, sm }), await testDsm(t, { database, broker, sm })]
      const answers = await Promise.all(
        [0, 1, 0, 1].map(async (instance, n) => await instances[instance]!.post({ producer_id: 1, payload: { n } }))
      )
      const results = answers.map(answer => answer.json<{ epoch: number, offset: number }>())
      t.equal(new Set(results.map(result => result.epoch)).size, 1)
      t.same(results.map(result => result.offset).sort(), [1, 2, 3, 4])
    })
  })
}

if ((await brokerKinds()).includes('redis')) {
  t.test('Redis restarted without its data: a new epoch for each producer, and nothing acked is missing', async t => {
    const server = await startRedis()
    t.teardown(() => server.remove())
    const broker: Broker = await createRedisBroker({ url: server.url, mode: 'standalone', probeMs: 50, timeoutMs: 500 })
    t.teardown(() => broker.close())
    const { postBatch, database } = await testDsm(t, { broker })
    const before = resultsOf(await postBatch([...numbered(1, 's', 1, 10), ...numbered(2, 's', 1, 10)]))
    await server.kill()
    await server.start()
    const after = await waitFor(async () => {
      const results = resultsOf(await postBatch([...numbered(1, 's', 6, 10), ...numbered(2, 's', 6, 10)]))
      return results.some(result => result.error !== undefined) ? null : results
    }, { what: 'Redis to be reached again' })
    for (const [producer, start] of [[1, 0], [2, 10]] as const) {
      const acked = [...before.slice(start, start + 10), ...after.slice(start, start + 10)].map(
        result => `${result.epoch}-${result.offset}`
      )
      const stored = await storedOf(database, producer)
      t.same(new Set(stored.map(row => `${row.epoch}-${row.offset}`)), new Set(acked))
      t.same(stored.map(row => row.seq), Array.from({ length: 15 }, (_, n) => n + 1))
      t.ok(after[start + 9]!.epoch > before[start]!.epoch)
    }
  })

  t.test(
    'while Redis is away the answer is 503, for the whole lane, and the order is kept when it is back',
    async t => {
      const server = await startRedis({ aof: 'always' })
      t.teardown(() => server.remove())
      const broker: Broker = await createRedisBroker({
        url: server.url,
        mode: 'standalone',
        probeMs: 50,
        timeoutMs: 300
      })
      t.teardown(() => broker.close())
      const { post, postBatch, database } = await testDsm(t, { broker })
      t.equal((await post({ producer_id: 1, session: 's', seq: 1, payload: {} })).statusCode, 200)
      await server.stop()
      const answers = await Promise.all(
        [2, 3, 4].map(async seq => await post({ producer_id: 1, session: 's', seq, payload: {} }))
      )
      t.same(
        answers.map(answer => [answer.statusCode, answer.headers['retry-after']]),
        [
          [503, '1'],
          [503, '1'],
          [503, '1']
        ]
      )
      await server.start()
      await waitFor(
        async () => resultsOf(await postBatch(numbered(1, 's', 2, 3))).every(result => result.error === undefined),
        { what: 'Redis to be reached again' }
      )
      t.same(
        (await storedOf(database, 1)).map(row => row.seq),
        [1, 2, 3, 4]
      )
    }
  )
}
