import type { Broker } from '@motience/broker'
import { openDatabase, type Database } from '@motience/kit'
import { brokerKinds, databaseKinds, startPostgres, testBroker, testDatabase, waitFor } from '@motience/testing'
import type { DataBody } from '@motience/schemas'
import t from 'tap'
import { fakeSm, inbox, numbered, resultsOf, storedOf, testDsm, type Teardown, type TestDsm } from './test-dsm.js'

const LOG = 100
const BATCH = 30

/**
 * Sends messages as a device does: in order, each again until it is answered with a place. Tells what it was answered.
 */
const startSender = ({ postBatch }: Pick<TestDsm, 'postBatch'>, messages: readonly DataBody[]) => {
  const codes: string[] = []
  const acked = new Map<number, number>()
  const run = async (): Promise<void> => {
    for (let from = 0; from < messages.length;) {
      const batch = messages.slice(from, from + BATCH)
      const results = resultsOf(await postBatch(batch))
      for (const [n, { error, offset }] of results.entries()) {
        if (error === undefined) acked.set(batch[n]!.seq!, offset)
        else codes.push(error.code)
      }
      const refused = results.findIndex(result => result.error !== undefined)
      from += refused < 0 ? batch.length : refused
    }
  }
  return { codes, acked, done: run() }
}

/** Two instances of DSM on one broker, whose log holds 100 messages. */
const twoInstances = async (t: Teardown, database: Database, broker: Broker) => {
  const sm = fakeSm(broker)
  const settings = { commitDeadlineMs: 300, acceptDeadlineMs: 600, repairDelayMs: 20 }
  return {
    sm,
    instances: [
      await testDsm(t, { database, broker, sm, settings }),
      await testDsm(t, { database, broker, sm, settings })
    ] as const
  }
}

for (const brokerKind of await brokerKinds()) {
  for (const databaseKind of await databaseKinds()) {
    t.test(`two instances write a log of 100 messages at once, on ${brokerKind} and ${databaseKind}`, async t => {
      const broker = await testBroker(t, brokerKind, { limits: { logMaxMessages: LOG } })
      const { instances } = await twoInstances(t, await testDatabase(t, { kind: databaseKind }), broker)
      const senders = [0, 1, 0, 1].map((instance, n) => startSender(instances[instance]!, numbered(1, `s${n}`, 1, 300)))
      await Promise.all(senders.map(sender => sender.done))
      const stored = await storedOf(instances[0].database, 1)
      t.same(stored.map(row => row.offset), Array.from({ length: 1_200 }, (_, n) => n + 1))
      for (const [n, { acked, codes }] of senders.entries()) {
        t.notOk(codes.some(code => code !== 'MOT_UNAVAILABLE'))
        // where a part of a batch was sent again its acks came later than those behind it
        const inOrder = [...acked].toSorted(([a], [b]) => a - b)
        t.same(stored.filter(row => row.session === `s${n}`).map(row => [row.seq, row.offset]), inOrder)
      }
    })
  }

  t.test(`a batch larger than the log goes through in parts, on ${brokerKind}`, async t => {
    const broker = await testBroker(t, brokerKind, { limits: { logMaxMessages: 7 } })
    const { postBatch, database } = await testDsm(t, { broker })
    const results = resultsOf(await postBatch(numbered(1, 's', 1, 50)))
    t.same(results.map(result => result.offset), Array.from({ length: 50 }, (_, n) => n + 1))
    t.equal((await storedOf(database, 1)).length, 50)
  })

  t.test(`and one of more bytes than the log holds, on ${brokerKind}`, async t => {
    const broker = await testBroker(t, brokerKind, { limits: { logMaxBytes: 2_000 } })
    const { postBatch, database } = await testDsm(t, { broker })
    const messages = numbered(1, 's', 1, 20).map((message, n) => ({
      ...message,
      payload: { text: 'x'.repeat(n === 7 ? 5_000 : 300) }
    }))
    t.same(
      resultsOf(await postBatch(messages)).map(result => result.offset),
      Array.from({ length: 20 }, (_, n) => n + 1)
    )
    t.equal((await storedOf(database, 1)).length, 20)
  })

  t.test(`what an instance that died left in a full log is stored by the next, on ${brokerKind}`, async t => {
    const broker = await testBroker(t, brokerKind, { limits: { logMaxMessages: 10 } })
    const { post, postBatch, database } = await testDsm(t, { broker, settings: { completionDelayMs: 60_000 } })
    await post({ producer_id: 1, session: 's', seq: 1, payload: {} })
    const message = (seq: number) => {
      const time = new Date().toISOString()
      const tail = `,"id":null,"session":"s","seq":${seq},"timestamp":"${time}","received_at":"${time}","payload":{}}`
      return { head: '{"type":"data","producer_id":1,"device_id":null,"epoch":', tail, device: '', session: 's', seq }
    }
    const [head] = await broker.heads([1])
    const [left] = await broker.accept([
      {
        producerId: 1,
        version: 0,
        subscribers: [],
        stored: { epoch: head!.epoch, offset: 1 },
        messages: [2, 3, 4, 5, 6, 7, 8, 9, 10, 11].map(message)
      }
    ])
    t.match(left, { kind: 'ok', outcomes: { length: 10 } })
    t.same(
      resultsOf(await postBatch(numbered(1, 's', 11, 20))).map(result => result.offset),
      Array.from({ length: 20 }, (_, n) => n + 11)
    )
    t.same((await storedOf(database, 1)).map(row => row.seq), Array.from({ length: 30 }, (_, n) => n + 1))
  })
}

if ((await databaseKinds()).includes('postgres')) {
  for (const brokerKind of await brokerKinds()) {
    t.test(
      `PostgreSQL hangs, on ${brokerKind}: no more is published than the log holds, and all of it is kept`,
      async t => {
        const server = await startPostgres()
        t.teardown(() => server.remove())
        const database = await openDatabase({ url: server.url, pool: 4 })
        t.teardown(() => database.close())
        const broker = await testBroker(t, brokerKind, { limits: { logMaxMessages: LOG } })
        const { sm, instances } = await twoInstances(t, database, broker)
        await sm.activate(1, 50)
        const seen = await inbox(broker, 50)
        const senders = [0, 1, 0, 1].map((instance, n) =>
          startSender(instances[instance]!, numbered(1, `s${n}`, 1, 500))
        )
        await waitFor(() => seen.length > 200, { what: 'the first messages' })
        await server.pause()
        const atPause = seen.length
        const refusals = senders.map(({ codes }) => codes.length)
        await waitFor(() => senders.every(({ codes }, n) => codes.length > refusals[n]! + 5 * BATCH), {
          timeoutMs: 60_000,
          what: 'everyone to be refused again and again'
        })
        t.ok(seen.length - atPause <= LOG, `${seen.length - atPause} messages were published while nothing was stored`)
        const single = await instances[0].post({ producer_id: 1, payload: {} })
        t.match([single.statusCode, single.headers['retry-after']], [503, '1'])
        await server.resume()
        await Promise.all(senders.map(sender => sender.done))
        const stored = await storedOf(database, 1)
        t.same(
          senders.flatMap(({ codes }) => codes).filter(code => code !== 'MOT_UNAVAILABLE'),
          [],
          'refused for ever'
        )
        for (const [n, { acked }] of senders.entries()) {
          t.same(
            stored.filter(row => row.session === `s${n}`).map(row => [row.seq, row.offset]),
            [...acked].toSorted(([a], [b]) => a - b),
            'each is kept once, where its sender was told'
          )
        }
        const kept = new Set(stored.map(row => row.offset))
        t.same(
          seen.map(({ offset }) => offset).filter(offset => !kept.has(offset)),
          [],
          'seen and not kept'
        )
        t.equal(
          new Set(seen.map(({ session, seq }) => `${session} ${seq}`)).size,
          seen.length,
          'nobody sees anything twice'
        )
      }
    )
  }
}
