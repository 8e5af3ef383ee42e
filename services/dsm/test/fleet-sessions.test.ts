import { SESSION_OVERHEAD } from '@motience/broker'
import { brokerKinds, databaseKinds, testBroker, testDatabase } from '@motience/testing'
import type { DataBody } from '@motience/schemas'
import t from 'tap'
import { fakeSm, resultsOf, storedOf, testDsm } from './test-dsm.js'

/** Messages of many devices of one producer, each with a session of its own, device by device. */
const fleet = (devices: number, seq: number): DataBody[] =>
  Array.from({ length: devices }, (_, n) => ({
    producer_id: 1,
    device_id: `device-${n}`,
    session: `session-${n}`,
    seq,
    payload: { seq }
  }))

const placesOf = (results: ReturnType<typeof resultsOf>) =>
  results.map(({ epoch, offset, error }) => error?.code ?? `${epoch}-${offset}`)

for (const brokerKind of await brokerKinds()) {
  for (const databaseKind of await databaseKinds()) {
    t.test(`on ${brokerKind} and ${databaseKind}`, async t => {
      const database = await testDatabase(t, { kind: databaseKind })

      t.test(
        'what the broker has forgotten is known, whichever instance it is sent to and whichever was faster',
        async t => {
          // Room for some 20 sessions of 300.
          const broker = await testBroker(t, brokerKind, { limits: { sessionsMaxBytes: 20 * (SESSION_OVERHEAD + 30) } })
          const sm = fakeSm(broker)
          const settings = { acceptDeadlineMs: 60_000 }
          const instances = [
            await testDsm(t, { database, broker, sm, settings }),
            await testDsm(t, { database, broker, sm, settings })
          ] as const
          const first: string[] = []
          for (const seq of [1, 2]) {
            const messages = fleet(300, seq)
            for (let from = 0; from < 300; from += 50) {
              first.push(...placesOf(resultsOf(await instances[0].postBatch(messages.slice(from, from + 50)))))
            }
          }
          t.equal(new Set(first).size, 600)
          for (const seq of [2, 1]) {
            const again = placesOf(resultsOf(await instances[1].postBatch(fleet(300, seq))))
            t.same(again, first.slice((seq - 1) * 300, seq * 300), 'the other instance tells the first places')
          }
          // Both at once, in another order, some of it new: whoever comes second repeats.
          const answers = await Promise.all(
            [0, 1, 0, 1].flatMap((instance, n) =>
              [1, 3, 4].map(async seq => {
                const messages = n < 2 ? fleet(300, seq) : fleet(300, seq).reverse()
                const places = placesOf(resultsOf(await instances[instance]!.postBatch(messages)))
                return { seq, places: n < 2 ? places : places.reverse() }
              })
            )
          )
          for (const { seq, places } of answers.filter(({ seq }) => seq === 1)) {
            t.same(places, first.slice(0, 300), `${seq}`)
          }
          const stored = await storedOf(database, 1)
          t.equal(
            new Set(stored.map(row => `${row.session} ${row.seq}`)).size,
            stored.length,
            'nothing is stored twice'
          )
          for (const { seq, places } of answers) {
            for (const [n, place] of places.entries()) {
              if (place === 'MOT_DSM_SEQ_PASSED') continue
              const row = stored.find(row => row.session === `session-${n}` && row.seq === seq)
              if (`${row?.epoch}-${row?.offset}` !== place) {
                t.fail(`session ${n} ${seq}: ${place} is not where it is stored`)
              }
            }
          }
          const passed = answers.filter(({ places }) => places.includes('MOT_DSM_SEQ_PASSED')).map(({ seq }) => seq)
          t.same(
            passed.filter(seq => seq !== 3),
            [],
            'only a 3 that a 4 of the same device overtook is passed'
          )
        }
      )

      t.test('once they are known, a batch of a thousand sessions is one call of the broker', async t => {
        const broker = await testBroker(t, brokerKind)
        const { postBatch, sm } = await testDsm(t, { database, broker })
        await sm.activate(1, 50)
        const { accept } = broker
        const sizes: number[] = []
        broker.accept = async requests => {
          sizes.push(requests[0]!.messages.length)
          return await accept(requests)
        }
        for (const seq of [10, 11, 12]) {
          t.notOk(resultsOf(await postBatch(fleet(1_000, seq))).some(({ error, duplicate }) => error ?? duplicate))
        }
        t.same(sizes.slice(-2), [1_000, 1_000])
        t.same(placesOf(resultsOf(await postBatch(fleet(1_000, 10)))).length, 1_000)
        t.equal((await storedOf(database, 1)).filter(row => row.seq === 10).length, 1_000)
      })
    })
  }
}
