import { openDatabase } from '@motience/kit'
import { databaseKinds, startPostgres, waitFor } from '@motience/testing'
import t from 'tap'
import { inbox, numbered, resultsOf, storedOf, testDsm } from './test-dsm.js'

if ((await databaseKinds()).includes('postgres')) {
  t.test('with PostgreSQL', async t => {
    const server = await startPostgres()
    t.teardown(() => server.remove())
    const database = await openDatabase({ url: server.url, pool: 4 })
    t.teardown(() => database.close())
    const settings = { commitDeadlineMs: 300, acceptDeadlineMs: 600, repairDelayMs: 20 }

    t.test('killed, nothing is acked; back again, what was accepted is stored from the log', async t => {
      const { post, broker, sm } = await testDsm(t, { database, settings })
      await sm.activate(1, 50)
      const received = await inbox(broker, 50)
      t.equal((await post({ producer_id: 1, session: 's', seq: 1, payload: {} })).statusCode, 200)
      await server.kill()
      const refused = await post({ producer_id: 1, session: 's', seq: 2, payload: {} })
      t.equal(refused.statusCode, 503)
      t.equal(refused.headers['retry-after'], '1')
      t.same(received.map(envelope => envelope.seq), [1, 2], 'live delivery does not wait for the disk')
      await server.start()
      await waitFor(async () => (await storedOf(database, 1)).length === 2, { what: 'the message that was not acked' })
      const again = await post({ producer_id: 1, session: 's', seq: 2, payload: {} })
      t.match(again.json(), { offset: 2, duplicate: true })
      t.same(received.map(envelope => envelope.seq), [1, 2])
    })

    t.test('standing still, what waits is refused in time and the queue is given back', async t => {
      const { post, postBatch, app } = await testDsm(t, { database, settings })
      await post({ producer_id: 2, session: 's', seq: 1, payload: {} })
      await server.pause()
      t.teardown(() => server.resume())
      const answers = await Promise.all(
        [2, 3, 4, 5, 6, 7].map(async seq => await post({ producer_id: 2, session: 's', seq, payload: {} }))
      )
      t.ok(answers.every(answer => answer.statusCode === 503))
      t.match((await app.inject({ url: '/metrics' })).body, /motience_dsm_pending_messages(\{[^}]*\})? 0\n/)
      await server.resume()
      const results = await waitFor(async () => {
        const results = resultsOf(await postBatch(numbered(2, 's', 2, 6)))
        return results.every(result => result.error === undefined) ? results : null
      }, { what: 'PostgreSQL to go on' })
      t.same(results.map(result => result.offset), [2, 3, 4, 5, 6, 7])
      t.same((await storedOf(database, 2)).map(row => row.seq), [1, 2, 3, 4, 5, 6, 7])
    })

    t.test(
      'whose connections are cut over and over: every message is acked once it is stored, and only once',
      async t => {
        const { postBatch } = await testDsm(t, { database, settings })
        const admin = await openDatabase({ url: server.url, pool: 1 })
        t.teardown(() => admin.close())
        const acked = new Map<number, number>()
        for (let batch = 0; batch < 40; batch++) {
          const messages = numbered(3, 's', batch * 50 + 1, 50)
          await waitFor(async () => {
            const sent = postBatch(messages)
            if (batch % 2 === 0) {
              await admin.sql`
              SELECT pg_terminate_backend(pid) FROM pg_stat_activity
              WHERE pid <> pg_backend_pid() AND application_name = 'motience' AND random() < 0.7`
            }
            const results = resultsOf(await sent)
            for (const [n, result] of results.entries()) {
              if (result.error === undefined) acked.set(messages[n]!.seq!, result.offset)
            }
            return results.every(result => result.error === undefined)
          })
        }
        const stored = await storedOf(database, 3)
        t.same(
          stored.map(row => row.seq),
          Array.from({ length: 2_000 }, (_, n) => n + 1)
        )
        t.same(
          stored.map(row => row.offset),
          stored.map(row => acked.get(row.seq!))
        )
      }
    )
  })
}
