import type { Test } from 'tap'
import { waitFor } from '@motience/testing'
import { sessionName } from '../broker.js'
import { headOf, message, newId, newProducer, type OpenBroker, openEpoch, range, request, textAt } from './fixtures.js'

const accepted = (from: number, to: number) => range(from, to).map(offset => ({ kind: 'accepted', offset }))

/** Numbering, versions and order of what is accepted. */
export const acceptSuite = async (t: Test, open: OpenBroker): Promise<void> => {
  t.test('accepts nothing before an epoch is opened', async t => {
    const broker = await open()
    const producerId = newId()
    const head = { epoch: 0, offset: 0, version: 0, verified: false }
    t.same(await headOf(broker, producerId), head)
    t.same(await broker.accept([request(producerId)]), [{ kind: 'unverified', head }])
    t.same(await headOf(broker, producerId), head)
    await openEpoch(broker, producerId, 3)
    t.same(await headOf(broker, producerId), { epoch: 1, offset: 0, version: 3, verified: true })
    t.same(await broker.accept([request(producerId, { version: 3 })]), [
      { kind: 'ok', epoch: 1, stored: 1, outcomes: accepted(1, 1) }
    ])
  })

  t.test('numbers messages from 1 and completes their texts', async t => {
    const broker = await open()
    const producerId = await newProducer(broker)
    const tail = ',"id":"ü😀\\"\\n\\u0000"}'
    const messages = [message(1), message(2, { tail }), message(3)]
    t.same(await broker.accept([request(producerId, { messages })]), [
      { kind: 'ok', epoch: 1, stored: 3, outcomes: accepted(1, 3) }
    ])
    const { entries } = await broker.readLog(producerId, { epoch: 1, offset: 0 }, 10)
    t.same(entries.map(({ text }) => text), [textAt(1, 1, 1), `{"n":2,"epoch":1,"offset":2${tail}`, textAt(3, 1, 3)])
    t.match(await headOf(broker, producerId), { epoch: 1, offset: 3 })
  })

  t.test('numbers up to 2^53 keep every digit', async t => {
    const broker = await open()
    const producerId = newId()
    const epoch = Number.MAX_SAFE_INTEGER - 1
    const seq = Number.MAX_SAFE_INTEGER
    const expected = await headOf(broker, producerId)
    await broker.openEpoch({ producerId, epoch, expected, version: seq })
    const numbered = (n: number) => message(n, { device: 'd', session: 's', seq: n })
    const floors = { asOf: { epoch, offset: seq }, seqs: new Map([[sessionName('d', 's'), seq - 2]]) }
    t.same(
      await broker.accept([
        request(producerId, {
          version: seq,
          messages: [seq - 2, seq - 1].map(numbered),
          stored: { epoch, offset: seq },
          floors
        })
      ]),
      [
        {
          kind: 'ok',
          epoch,
          stored: 0,
          outcomes: [
            { kind: 'repeat', position: null },
            { kind: 'accepted', offset: 1 }
          ]
        }
      ]
    )
    t.same(
      await broker.accept([
        request(producerId, { version: seq, messages: [seq - 1, seq].map(numbered), stored: { epoch, offset: seq } })
      ]),
      [
        {
          kind: 'ok',
          epoch,
          stored: 1,
          outcomes: [
            { kind: 'repeat', position: { epoch, offset: 1 } },
            { kind: 'accepted', offset: 2 }
          ]
        }
      ]
    )
    const page = await broker.readLog(producerId, { epoch, offset: 1 }, 1)
    t.match(page, {
      head: { epoch, offset: 2, version: seq },
      entries: [{ epoch, offset: 2, version: seq, text: textAt(seq, epoch, 2) }]
    })
    t.same(await broker.accept([request(producerId, { version: seq - 1 })]), [{ kind: 'stale', version: seq }])
  })

  t.test('an older version is stale and changes nothing, a newer one is kept', async t => {
    const broker = await open()
    const producerId = await newProducer(broker)
    t.match(await broker.accept([request(producerId, { version: 5 })]), [{ kind: 'ok' }])
    t.same(await broker.accept([request(producerId, { version: 4 })]), [{ kind: 'stale', version: 5 }])
    t.match(await headOf(broker, producerId), { offset: 1, version: 5 })
    t.equal(await broker.raiseVersion(producerId, 7), 7)
    t.equal(await broker.raiseVersion(producerId, 6), 7, 'the newer one is returned')
    t.same(await broker.accept([request(producerId, { version: 6 })]), [{ kind: 'stale', version: 7 }])
    t.match(await broker.accept([request(producerId, { version: 7 })]), [{ kind: 'ok' }])
    t.match((await broker.readLog(producerId, { epoch: 1, offset: 0 }, 10)).entries, [{ version: 5 }, { version: 7 }])
  })

  t.test('the version of a producer that never sent is kept', async t => {
    const broker = await open()
    const producerId = newId()
    await broker.raiseVersion(producerId, 9)
    t.same(await headOf(broker, producerId), { epoch: 0, offset: 0, version: 9, verified: false })
    await openEpoch(broker, producerId, 2)
    t.same(await broker.accept([request(producerId, { version: 8 })]), [{ kind: 'stale', version: 9 }])
  })

  t.test('several producers in one call have a result each, in the order of the requests', async t => {
    const broker = await open()
    const [one, two] = [await newProducer(broker), await newProducer(broker, 1)]
    const strange = newId()
    const results = await broker.accept([
      request(one),
      request(two),
      request(strange),
      request(one, { messages: [message(2), message(3)] }),
      request(two, { version: 1 })
    ])
    t.match(results, [
      { kind: 'ok', outcomes: accepted(1, 1) }, { kind: 'stale', version: 1 }, { kind: 'unverified' },
      { kind: 'ok', outcomes: accepted(2, 3) }, { kind: 'stale', version: 1 }
    ])
    t.match(
      await headOf(broker, two),
      { offset: 0 },
      'later requests of the same producer have the result of a refused one'
    )
  })

  t.test('a batch that has to be split keeps its order', async t => {
    const broker = await open()
    const producerId = await newProducer(broker)
    const messages = range(1, 2500).map(n => message(n))
    const consumerId = newId()
    const got: string[] = []
    await broker.subscribe(consumerId, text => got.push(text))
    const subscribers = [newId(), consumerId]
    const [result] = await broker.accept([request(producerId, { subscribers, messages })])
    t.same(result, { kind: 'ok', epoch: 1, stored: 2500, outcomes: accepted(1, 2500) })
    await waitFor(() => got.length >= 2500)
    await broker.unsubscribe(consumerId)
    t.same(got, range(1, 2500).map(n => textAt(n, 1, n)))
  })

  t.test('offsets of eight writers have no gaps and no duplicates', async t => {
    const broker = await open()
    const producerId = await newProducer(broker)
    const consumerId = newId()
    const got: string[] = []
    await broker.subscribe(consumerId, text => got.push(text))
    const write = async (writer: number): Promise<number[]> => {
      const offsets: number[] = []
      for (const i of range(1, 40)) {
        const [result] = await broker.accept([
          request(producerId, { subscribers: [consumerId], messages: range(0, i % 4).map(() => message(writer)) })
        ])
        if (result?.kind === 'ok') {
          offsets.push(...result.outcomes.map(outcome => (outcome.kind === 'accepted' ? outcome.offset : 0)))
        }
      }
      return offsets
    }
    const offsets = await Promise.all(range(1, 8).map(write))
    for (const own of offsets) t.same(own, own.toSorted((a, b) => a - b), 'a writer\'s messages keep their order')
    const total = offsets.flat().length
    t.same(offsets.flat().toSorted((a, b) => a - b), range(1, total))
    await waitFor(() => got.length >= total)
    await broker.unsubscribe(consumerId)
    t.same(
      got.map(text => Number(/"offset":(\d+)/.exec(text)?.[1])),
      range(1, total),
      'published in the order of the offsets'
    )
  })
}
