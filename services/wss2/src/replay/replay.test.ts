import t from 'tap'
import type { LogEntry, LogHead, LogPage } from '@motience/broker'
import type { LogPosition, ResumedFrame } from '@motience/schemas'
import { Feed } from '../feeds/feed.js'
import type { LiveMessage } from '../fan-out/live-message.js'
import { Replay } from './replay.js'

const textOf = (epoch: number, offset: number): string =>
  `{"type":"data","producer_id":7,"device_id":null,"epoch":${epoch},"offset":${offset},"id":null}`
const entry = (epoch: number, offset: number, version = 1): LogEntry => ({
  epoch,
  offset,
  version,
  appendedAt: 0,
  text: textOf(epoch, offset)
})
const live = (epoch: number, offset: number, bytes = 10): LiveMessage => ({
  producerId: 7,
  deviceId: null,
  epoch,
  offset,
  frame: Buffer.alloc(bytes)
})

/** A feed with a given log; `onRead` is called before each read. */
const setUp = (
  position: LogPosition,
  log: { head: Partial<LogHead>; entries: LogEntry[] },
  {
    activatedVersion = 1,
    requested = false,
    onRead = () => {}
  }: { activatedVersion?: number; requested?: boolean; onRead?: (feed: Feed, reads: number) => void } = {}
) => {
  const story: string[] = []
  let catchUps = 0
  const feed = new Feed(7, { activatedVersion, version: 9 }, position, {
    deliver: ({ epoch, offset }) => { story.push(`${epoch}-${offset}`) },
    catchUp: () => { catchUps++ },
    grantChanged: () => {}
  })
  feed.state = 'reading'
  feed.fresh = false
  let reads = 0
  let writable = true
  const host = {
    get writable () { return writable },
    whenWritable: async () => {
      writable = true
      return true
    },
    frame: ({ epoch, from, to, recovered }: ResumedFrame) => {
      story.push(`resumed ${epoch} ${from}..${to} ${recovered}`)
    },
    read: async (_feed: Feed, limit: number): Promise<LogPage | null> => {
      onRead(feed, ++reads)
      if (reads > 20) throw new Error('Endless replay')
      const head: LogHead = { epoch: 1, offset: 0, version: 1, verified: true, ...log.head }
      const after = feed.position
      const left = log.entries.filter(({ epoch, offset }) => epoch === after.epoch && offset > after.offset)
      const entries = left.slice(0, limit)
      return {
        head,
        entries,
        more: left.length > limit,
        reachesBack: after.epoch === head.epoch && (entries[0]?.offset ?? head.offset + 1) === after.offset + 1
      }
    }
  }
  return {
    story,
    feed,
    run: () => new Replay(feed, host, requested).run(),
    block: () => {
      writable = false
    },
    catchUps: () => catchUps
  }
}

const span = (epoch: number, from: number, to: number, version = 1): LogEntry[] =>
  Array.from({ length: to - from + 1 }, (_, i) => entry(epoch, from + i, version))

t.test('a gap is filled without an announcement', async t => {
  const { story, run, feed } = setUp(
    { epoch: 1, offset: 2 },
    { head: { offset: 5 }, entries: span(1, 3, 5) },
    {
      onRead: (feed, reads) => {
        if (reads === 1) feed.live(live(1, 6))
      }
    }
  )
  t.equal(await run(), 'recovered')
  t.same(story, ['1-3', '1-4', '1-5', '1-6'])
  t.equal(feed.state, 'live')
})

t.test('a published message that is missing from the log is delivered after an announcement', async t => {
  const { story, run } = setUp(
    { epoch: 1, offset: 2 },
    { head: { offset: 2 }, entries: [] },
    {
      onRead: (feed, reads) => {
        if (reads === 1) feed.live(live(1, 6))
      }
    }
  )
  t.equal(await run(), 'unrecovered')
  t.same(story, ['resumed 1 6..5 false', '1-6'])
})

t.test('the log is read again for a message published during the read', async t => {
  const log = { head: { offset: 2 }, entries: [] as LogEntry[] }
  const { story, run } = setUp({ epoch: 1, offset: 2 }, log, {
    onRead: (feed, reads) => {
      if (reads === 1) feed.live(live(1, 4))
      if (reads === 2) Object.assign(log, { head: { offset: 4 }, entries: span(1, 3, 4) })
    }
  })
  t.equal(await run(), 'recovered')
  t.same(story, ['1-3', '1-4'])
})

t.test('the buffer is bounded, and other messages are read from the log', async t => {
  const { story, run } = setUp(
    { epoch: 1, offset: 0 },
    { head: { offset: 500 }, entries: span(1, 1, 500) },
    {
      onRead: (feed, reads) => {
        if (reads === 1) for (let offset = 1; offset <= 500; offset++) feed.live(live(1, offset, 10_000))
      }
    }
  )
  t.equal(await run(), 'recovered')
  t.same(story, span(1, 1, 500).map(({ offset }) => `1-${offset}`))
})

t.test('entries from before the grant are skipped, which is announced', async t => {
  const log = { head: { offset: 6 }, entries: [...span(1, 3, 4, 1), ...span(1, 5, 6, 5)] }
  const unrequested = setUp({ epoch: 1, offset: 2 }, log, { activatedVersion: 5 })
  t.equal(await unrequested.run(), 'recovered')
  t.same(unrequested.story, ['resumed 1 5..4 true', '1-5', '1-6'])
  const requested = setUp({ epoch: 1, offset: 2 }, log, { activatedVersion: 5, requested: true })
  t.equal(await requested.run(), 'recovered')
  t.same(requested.story, ['resumed 1 5..4 true', '1-5', '1-6', 'resumed 1 5..6 true'])
  const all = setUp(
    { epoch: 1, offset: 2 },
    { head: { offset: 4 }, entries: span(1, 3, 4, 1) },
    { activatedVersion: 5 }
  )
  await all.run()
  t.same(all.story, ['resumed 1 5..4 true'])
})

t.test('trimming the log during a replay is announced', async t => {
  const log = { head: { offset: 100 }, entries: span(1, 1, 100) }
  const options = { onRead: (_feed: Feed, reads: number) => { if (reads === 2) log.entries = span(1, 61, 100) } }
  const unrequested = setUp({ epoch: 1, offset: 0 }, log, options)
  t.equal(await unrequested.run(), 'unrecovered')
  t.same(unrequested.story.slice(31, 34), ['1-32', 'resumed 1 61..60 false', '1-61'])
  log.entries = span(1, 1, 100)
  const requested = setUp({ epoch: 1, offset: 0 }, log, { ...options, requested: true })
  t.equal(await requested.run(), 'unrecovered')
  t.same(requested.story.slice(31, 34), ['1-32', 'resumed 1 61..60 false', '1-61'])
  t.equal(requested.story.at(-1), 'resumed 1 61..100 true')
})

t.test('a log that started over is announced; one that is only behind is not', async t => {
  const restarted = setUp({ epoch: 3, offset: 9 }, { head: { epoch: 1, offset: 2 }, entries: span(1, 1, 2) })
  t.equal(await restarted.run(), 'unrecovered')
  t.same(restarted.story, ['resumed 1 1..0 false', '1-1', '1-2'])
  const behind = setUp({ epoch: 1, offset: 9 }, { head: { offset: 7, verified: false }, entries: [] })
  await behind.run()
  t.same(behind.story, [])
  t.same(behind.feed.position, { epoch: 1, offset: 9 })
  behind.feed.live(live(1, 10))
  t.same(behind.story, ['1-10'])
})

t.test('buffered messages follow an epoch without messages', async t => {
  const { story, run } = setUp(
    { epoch: 1, offset: 5 },
    { head: { epoch: 4, offset: 1 }, entries: [...span(1, 6, 7), entry(4, 1)] },
    {
      onRead: (feed, reads) => {
        if (reads === 1) feed.live(live(4, 1))
      }
    }
  )
  t.equal(await run(), 'unrecovered')
  t.same(story, ['1-6', '1-7', 'resumed 4 1..0 false', '4-1'])
})

t.test('the first epoch is not announced if nothing can precede it', async t => {
  const log = { head: { epoch: 1700, offset: 2 }, entries: span(1700, 1, 2) }
  const announced = ['resumed 1700 1..0 false', '1700-1', '1700-2']
  for (const { position, fresh, heard, story: expected } of [
    { position: { epoch: 0, offset: 0 }, fresh: true, heard: [], story: ['1700-1', '1700-2'] },
    { position: { epoch: 0, offset: 0 }, fresh: true, heard: [live(1700, 1)], story: ['1700-1', '1700-2'] },
    { position: { epoch: 0, offset: 0 }, fresh: true, heard: [live(1600, 1)], story: announced },
    { position: { epoch: 0, offset: 0 }, fresh: true, heard: [live(1600, 1), live(1700, 1)], story: announced },
    { position: { epoch: 0, offset: 0 }, fresh: false, heard: [], story: announced },
    { position: { epoch: 1, offset: 0 }, fresh: false, heard: [], story: announced }
  ]) {
    const { story, run, feed } = setUp(position, log)
    Object.assign(feed, { fresh, state: 'live' })
    feed.wait()
    for (const message of heard) feed.live(message)
    t.equal(feed.behind, heard.length > 0)
    feed.state = 'reading'
    await run()
    t.same(story, expected)
  }
})

t.test('a message of an older epoch makes the feed read the log', async t => {
  const { feed, catchUps } = setUp({ epoch: 3, offset: 9 }, { head: { epoch: 3, offset: 9 }, entries: [] })
  feed.goLive()
  feed.live(live(3, 9))
  t.equal(catchUps(), 0)
  feed.live(live(2, 1))
  t.equal(catchUps(), 1)
})
