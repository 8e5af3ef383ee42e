import { waitFor } from '@motience/testing'
import type { Envelope } from '@motience/schemas'
import t from 'tap'
import { memoryPositions, type Consumer, type HistoryReport } from './index.js'
import { positionTexts, seededRandom, type FakeWss2 } from '@motience/testing'
import { startConsumer } from './testing/start-consumer.js'

const numbered = (epoch: number, from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, i) => `${epoch}-${from + i}`)

const one = (platform: FakeWss2): void => { platform.subscribe(1) }

const isOpen = (consumer: Consumer) => waitFor(() => consumer.state === 'open', { what: 'an open connection' })

t.test('despite random disconnects every offset arrives once and in order', async t => {
  for (const seed of [1, 2, 3]) {
    const random = seededRandom(seed)
    const { platform, consumer, seen } = await startConsumer(t, {
      prepare: platform => {
        for (const id of [1, 2, 3]) platform.subscribe(id)
      }
    })
    await isOpen(consumer)
    const sent: Envelope[] = []
    for (let step = 0; step < 120; step++) {
      const dice = random()
      if (dice < 0.7) sent.push(...platform.publish(1 + Math.floor(random() * 3), 1 + Math.floor(random() * 9)))
      else if (dice < 0.8) platform.cut(random() < 0.5 ? 1001 : undefined)
      else if (dice < 0.9) await waitFor(() => consumer.state === 'open')
      else await new Promise(resolve => setImmediate(resolve))
    }
    await waitFor(() => seen.length >= sent.length, { what: `all of seed ${seed}` })
    for (const id of [1, 2, 3]) t.same(positionTexts(seen, id), positionTexts(sent, id), `producer ${id}, seed ${seed}`)
    await consumer.close()
  }
})

t.test('messages dropped from the log come from history, before live ones', async t => {
  for (const seed of [4, 5, 6]) {
    const random = seededRandom(seed)
    const reports: HistoryReport[] = []
    const { platform, consumer, seen } = await startConsumer(t, {
      prepare: one, settings: platform => ({ history: platform.httpUrl, maxHeld: 8 })
    })
    consumer.on('history', report => reports.push(report))
    await isOpen(consumer)
    const sent: Envelope[] = []
    for (let step = 0; step < 80; step++) {
      const dice = random()
      if (dice < 0.6) sent.push(...platform.publish(1, 1 + Math.floor(random() * 9)))
      else if (dice < 0.75) {
        platform.cut()
        sent.push(...platform.publish(1, Math.floor(random() * 20)))
        platform.trim(1, Math.floor(random() * 6))
      } else if (dice < 0.8) platform.openEpoch(1)
      else if (dice < 0.9) await waitFor(() => consumer.state === 'open')
      else await new Promise(resolve => setImmediate(resolve))
    }
    sent.push(...platform.publish(1, 1))
    await waitFor(() => seen.length >= sent.length, { what: `all of seed ${seed}` })
    t.same(positionTexts(seen, 1), positionTexts(sent, 1), `seed ${seed}`)
    t.ok(reports.length > 0, 'history was needed')
    t.ok(reports.every(report => report.complete && report.error === null))
    await consumer.close()
  }
})

t.test('messages missing in history too are reported, and live data continues', async t => {
  const { platform, consumer, seen } = await startConsumer(t, {
    prepare: one,
    settings: () => ({ history: 'http://127.0.0.1:1' })
  })
  await isOpen(consumer)
  platform.publish(1, 2)
  await waitFor(() => seen.length === 2)
  const report = consumer.once('history')
  platform.cut()
  platform.publish(1, 5)
  platform.trim(1, 2)
  t.match(await report, {
    producer_id: 1,
    after: { epoch: 1, offset: 2 },
    before: { epoch: 1, offset: 6 },
    messages: 0,
    complete: false,
    error: Error
  })
  await waitFor(() => seen.length === 4)
  t.same(positionTexts(seen, 1), ['1-1', '1-2', '1-6', '1-7'])
})

t.test('rejected or incomplete history is reported', async t => {
  const { platform, consumer } = await startConsumer(t, {
    prepare: one,
    settings: platform => ({ history: platform.httpUrl })
  })
  await isOpen(consumer)
  platform.settings.historyComplete = false
  let report = consumer.once('history')
  platform.openEpoch(1)
  t.match(await report, { complete: false, error: null })
  platform.settings.historyStatus = 403
  report = consumer.once('history')
  platform.openEpoch(1)
  t.match(await report, { complete: false, error: { status: 403 } })
  const calls = platform.historyCalls
  platform.settings.historyStatus = 401
  report = consumer.once('history')
  platform.openEpoch(1)
  t.match(await report, { complete: false, error: { status: 401 } })
  t.ok(platform.historyCalls > calls + 1, 'with a new token it is tried again')
})

t.test('without history the frame reports the gap, and live data continues', async t => {
  const { platform, consumer, seen } = await startConsumer(t, { prepare: one })
  await isOpen(consumer)
  platform.publish(1, 1)
  await waitFor(() => seen.length === 1)
  const resumed = consumer.once('resumed')
  platform.cut()
  platform.publish(1, 5)
  platform.trim(1, 2)
  t.match(await resumed, { producer_id: 1, recovered: false, from: 5, to: 4 })
  await waitFor(() => seen.length === 3)
  t.same(positionTexts(seen, 1), ['1-1', ...numbered(1, 5, 6)])
})

t.test('a consumer that stops before the first message gets it after the restart', async t => {
  const positions = memoryPositions()
  const first = await startConsumer(t, { prepare: one, settings: () => ({ positions }) })
  await isOpen(first.consumer)
  await first.consumer.close()
  t.same(await positions.load(), [{ producer_id: 1, epoch: 1, offset: 0 }])
  const second = await startConsumer(t, {
    settings: () => ({ positions }),
    prepare: platform => {
      one(platform)
      platform.publish(1, 2)
    }
  })
  await waitFor(() => second.seen.length === 2)
  t.same(positionTexts(second.seen, 1), ['1-1', '1-2'])
})

t.test('a gap in offsets that the server does not announce is reported', async t => {
  const { platform, consumer, seen } = await startConsumer(t, { prepare: one })
  await isOpen(consumer)
  const [first] = platform.publish(1)
  const gap = consumer.once('gap')
  platform.send({ ...first, offset: 5 })
  t.same(await gap, { producer_id: 1, epoch: 1, from: 2, to: 4, reason: 'not announced' })
  t.same(positionTexts(seen, 1), ['1-1', '1-5'])
})

t.test('dropped messages are reported and skipped', async t => {
  const { platform, consumer, seen } = await startConsumer(t, { prepare: one, settings: () => ({ slow: 'drop' }) })
  await isOpen(consumer)
  t.match(platform.upgradeUrls[0], /\?resume=true&slow=drop$/, 'and no token is in the URL')
  const [first] = platform.publish(1)
  const gap = consumer.once('gap')
  platform.send({ type: 'gap', producer_id: 1, epoch: 1, from: 2, to: 4, reason: 'slow' })
  t.match(await gap, { from: 2, to: 4, reason: 'slow' })
  platform.send({ ...first, offset: 5 })
  await waitFor(() => seen.length === 2)
  t.same(consumer.positions(), [{ producer_id: 1, epoch: 1, offset: 5 }])
})

t.test('with slow: latest, gaps in offsets are expected', async t => {
  const { platform, consumer, seen } = await startConsumer(t, { prepare: one, settings: () => ({ slow: 'latest' }) })
  await isOpen(consumer)
  consumer.on('gap', () => t.fail('no gap was expected'))
  const [first] = platform.publish(1)
  platform.send({ ...first, offset: 9 })
  await waitFor(() => seen.length === 2)
  t.same(positionTexts(seen, 1), ['1-1', '1-9'])
})
