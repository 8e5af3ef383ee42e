import type { Test } from 'tap'
import { waitFor } from '@motience/testing'
import { headOf, message, newId, newProducer, type OpenBroker, openEpoch, range, request, textAt } from './fixtures.js'

/** Epochs, and reading and trimming the log. */
export const logSuite = async (t: Test, open: OpenBroker): Promise<void> => {
  t.test('a log is read page by page after a position', async t => {
    const broker = await open()
    const producerId = await newProducer(broker, 4)
    const before = Date.now() - 2000
    await broker.accept([request(producerId, { version: 4, messages: range(1, 150).map(n => message(n)) })])
    const head = { epoch: 1, offset: 150, version: 4, verified: true }
    const first = await broker.readLog(producerId, { epoch: 1, offset: 0 }, 100)
    t.match(first, { head, reachesBack: true, more: true })
    t.same(first.entries.map(({ offset, text }) => [offset, text]), range(1, 100).map(n => [n, textAt(n, 1, n)]))
    t.ok(
      first.entries.every(
        ({ appendedAt, version, epoch }) =>
          appendedAt > before && appendedAt < before + 60_000 && version === 4 && epoch === 1
      )
    )
    const second = await broker.readLog(producerId, { epoch: 1, offset: 100 }, 100)
    t.match(second, { head, reachesBack: true, more: false, entries: range(101, 150).map(offset => ({ offset })) })
    t.same(await broker.readLog(producerId, { epoch: 1, offset: 150 }, 100), {
      head,
      reachesBack: true,
      more: false,
      entries: []
    })
    t.match(
      await broker.readLog(producerId, { epoch: 1, offset: 151 }, 100),
      { reachesBack: false, entries: [] },
      'a position that never existed'
    )
  })

  t.test('a page that ends early reports that more follow', async t => {
    const broker = await open({ logPageBytes: 250 })
    const producerId = await newProducer(broker)
    const filled = (n: number) => message(n, { tail: `,"fill":"${'x'.repeat(70)}"}` })
    await broker.accept([request(producerId, { messages: range(1, 8).map(filled) })])
    await openEpoch(broker, producerId)
    await broker.accept([request(producerId, { messages: [message(9)] })])
    const pages: number[][] = []
    for (let after = 0, more = true; more;) {
      const page = await broker.readLog(producerId, { epoch: 1, offset: after }, 100)
      more = page.more
      pages.push(page.entries.map(({ offset }) => offset))
      after = page.entries.at(-1)?.offset ?? after
    }
    t.same(pages, [[1, 2, 3], [4, 5, 6], [7, 8]], 'a newer epoch does not count')
    t.match(await broker.readLog(producerId, { epoch: 1, offset: 0 }, 3), { more: true })
    t.match(await broker.readLog(producerId, { epoch: 1, offset: 5 }, 3), { more: false })

    const narrow = await open({ logPageBytes: 1 })
    const other = await newProducer(narrow)
    await narrow.accept([request(other, { messages: [message(1), message(2)] })])
    t.match(
      await narrow.readLog(other, { epoch: 1, offset: 0 }, 100),
      { more: true, entries: { length: 1 } },
      'there is always one entry'
    )
    t.match(await narrow.readLog(other, { epoch: 1, offset: 1 }, 100), { more: false, entries: { length: 1 } })
  })

  t.test('the log is bounded by messages, and reports where it no longer reaches back', async t => {
    const broker = await open({ logMaxMessages: 10 })
    const producerId = await newProducer(broker)
    for (const n of range(1, 25)) await broker.accept([request(producerId, { messages: [message(n)] })])
    const whole = await broker.readLog(producerId, { epoch: 1, offset: 0 }, 100)
    t.equal(whole.reachesBack, false)
    t.same(whole.entries.map(({ offset }) => offset), range(16, 25))
    t.match(await broker.readLog(producerId, { epoch: 1, offset: 14 }, 100), { reachesBack: false })
    t.match(await broker.readLog(producerId, { epoch: 1, offset: 15 }, 100), { reachesBack: true })
    await broker.accept([request(producerId, { messages: range(26, 60).map(n => message(n)) })])
    t.same(
      (await broker.readLog(producerId, { epoch: 1, offset: 15 }, 100)).entries.map(({ offset }) => offset),
      range(51, 60)
    )
  })

  t.test('entries above the maximum age are dropped', async t => {
    const broker = await open({ logMaxAgeSecs: 1 })
    const [read, trimmed] = [await newProducer(broker), await newProducer(broker)]
    const messages = range(1, 130).map(n => message(n))
    await broker.accept([request(read, { messages }), request(trimmed, { messages })])
    t.equal((await broker.readLog(read, { epoch: 1, offset: 0 }, 1000)).entries.length, 130)
    t.equal(await broker.trimLog(trimmed), 0)
    await waitFor(async () => {
      // One entry at a time, so that not the whole log expires at once.
      await broker.accept([request(read), request(trimmed)])
      return !(await broker.readLog(read, { epoch: 1, offset: 0 }, 1000)).reachesBack
    })
    const page = await broker.readLog(read, { epoch: 1, offset: 0 }, 1000)
    t.ok(page.entries.every(({ offset }) => offset > 130))
    t.match(page, { reachesBack: false })
    t.match(await broker.readLog(read, { epoch: 1, offset: page.head.offset }, 10), { reachesBack: true, entries: [] })
    let count = 0
    await waitFor(async () => (count += await broker.trimLog(trimmed)) >= 130)
    t.match(await broker.readLog(trimmed, { epoch: 1, offset: 0 }, 1), { reachesBack: false })
    t.equal(await broker.trimLog(newId()), 0)
  })

  t.test('a new epoch starts at 1, and old messages stay readable', async t => {
    const broker = await open()
    const producerId = await newProducer(broker)
    await broker.accept([request(producerId, { messages: range(1, 3).map(n => message(n)) })])
    await openEpoch(broker, producerId)
    await broker.accept([request(producerId, { messages: [message(9)] })])
    const old = await broker.readLog(producerId, { epoch: 1, offset: 1 }, 10)
    t.match(old, {
      head: { epoch: 2, offset: 1 },
      reachesBack: false,
      entries: [
        { epoch: 1, offset: 2 },
        { epoch: 1, offset: 3 }
      ]
    })
    t.equal(old.entries.length, 2, 'a page has messages of one epoch')
    t.match(await broker.readLog(producerId, { epoch: 2, offset: 0 }, 10), {
      reachesBack: true,
      entries: [{ text: textAt(9, 2, 1) }]
    })
    t.match(await broker.readLog(producerId, { epoch: 3, offset: 0 }, 10), { reachesBack: false, entries: [] })
  })

  t.test('lists every known producer', async t => {
    const broker = await open()
    const known = [await newProducer(broker), await newProducer(broker), newId()]
    await broker.raiseVersion(known[2]!, 3)
    const found = new Set<number>()
    for await (const part of broker.producers()) for (const producerId of part) found.add(producerId)
    t.ok(known.every(producerId => found.has(producerId)))
    t.notOk(found.has(newId()))
    t.ok([...found].every(Number.isSafeInteger))
  })

  t.test('lists the epochs with entries', async t => {
    const broker = await open({ logMaxMessages: 5 })
    const producerId = await newProducer(broker)
    t.same(await broker.loggedEpochs(producerId), [])
    t.same(await broker.loggedEpochs(newId()), [])
    await broker.accept([request(producerId, { messages: range(1, 3).map(n => message(n)) })])
    const epoch = Date.now()
    await broker.openEpoch({ producerId, epoch, expected: await headOf(broker, producerId), version: 0 })
    await openEpoch(broker, producerId)
    await broker.accept([request(producerId, { messages: [message(4)] })])
    await openEpoch(broker, producerId)
    t.same(
      await broker.loggedEpochs(producerId),
      [
        { epoch: 1, offset: 3 },
        { epoch: epoch + 1, offset: 1 }
      ],
      'without those that have no entries'
    )
    await broker.accept([request(producerId, { messages: range(5, 9).map(n => message(n)) })])
    t.same(await broker.loggedEpochs(producerId), [{ epoch: epoch + 2, offset: 5 }])
  })

  t.test('opens an epoch only if the head is the expected one, and only upwards', async t => {
    const broker = await open()
    const producerId = await newProducer(broker)
    const head = await headOf(broker, producerId)
    const opening = { producerId, epoch: 5, expected: head, version: 0 }
    await broker.accept([request(producerId)])
    t.equal(await broker.openEpoch(opening), false, 'the offset is another')
    t.equal(await broker.openEpoch({ ...opening, expected: { ...head, offset: 1, verified: false } }), false)
    t.equal(await broker.openEpoch({ ...opening, expected: { ...head, epoch: 2, offset: 1 } }), false)
    await t.rejects(broker.openEpoch({ ...opening, epoch: 1, expected: { ...head, offset: 1 } }), RangeError)
    t.equal(await broker.openEpoch({ ...opening, expected: { ...head, offset: 1 } }), true)
    t.same(await headOf(broker, producerId), { epoch: 5, offset: 0, version: 0, verified: true })
  })

  t.test('without a history, a new epoch remembers earlier sessions', async t => {
    const broker = await open()
    const producerId = await newProducer(broker, 2)
    const of = (seq: number) => message(seq, { device: 'd', session: 's', seq })
    await broker.accept([request(producerId, { version: 2, messages: [of(10)] })])
    await openEpoch(broker, producerId, 1)
    t.match(await headOf(broker, producerId), { version: 2 }, 'the version only increases')
    t.match(await broker.accept([request(producerId, { version: 2, messages: [of(9), of(10), of(11)] })]), [
      {
        epoch: 2,
        outcomes: [
          { kind: 'repeat', position: null },
          { kind: 'repeat', position: { epoch: 1, offset: 1 } },
          { kind: 'accepted', offset: 1 }
        ]
      }
    ])
  })

  t.test('the log is bounded by bytes, but keeps the newest message', async t => {
    const broker = await open({ logMaxBytes: 1000 })
    const producerId = await newProducer(broker)
    const filled = (n: number, bytes: number) =>
      message(n, { tail: `,"fill":"${'é'.repeat((bytes - textAt(n, 1, n).length) / 2)}"}` })
    const bytesOf = async () => {
      const { entries, head } = await broker.readLog(producerId, { epoch: 1, offset: 0 }, 1000)
      t.equal(entries.at(-1)?.offset, head.offset)
      return entries.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0)
    }
    for (const n of range(1, 30)) {
      await broker.accept([request(producerId, { messages: range(1, n % 4 + 1).map(() => filled(n, 100)) })])
      const bytes = await bytesOf()
      t.ok(bytes <= 1000 && (n < 5 || bytes >= 700), `${bytes} bytes`)
    }
    await broker.accept([request(producerId, { messages: [filled(1, 5000)] })])
    t.ok(await bytesOf() >= 5000)
    await broker.accept([request(producerId, { messages: [filled(1, 200)] })])
    t.ok(await bytesOf() <= 1000)
  })
}
