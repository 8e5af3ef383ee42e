import type { Envelope } from '@motience/schemas'
import t from 'tap'
import { ProducerStream, type ProducerStreamOptions } from './producer-stream.js'

const message = (epoch: number, offset: number): Envelope => ({
  type: 'data',
  producer_id: 1,
  device_id: null,
  epoch,
  offset,
  id: null,
  session: null,
  seq: null,
  timestamp: '',
  received_at: '',
  payload: {}
})

const build = (options: Partial<ProducerStreamOptions> = {}) => {
  const log: string[] = []
  const position = (p: { epoch: number, offset: number }): string => `${p.epoch}-${p.offset}`
  const stream = new ProducerStream({
    deliver: envelope => log.push(position(envelope)),
    resumed: frame => log.push(`resumed ${frame.epoch}-${frame.from}…${frame.to} ${frame.recovered}`),
    gap: gap => log.push(`gap ${gap.epoch}-${gap.from}…${gap.to}`),
    backfill: (after, before) => log.push(`backfill ${position(after)}…${position(before)}`),
    reconnect: () => log.push('reconnect'),
    reset: after => log.push(`reset ${position(after)}`)
  }, { history: false, sparse: false, maxHeld: 100, ...options })
  const resumed = (epoch: number, recovered: boolean, from: number, to: number): void => {
    stream.frame({ type: 'resumed', producer_id: 1, epoch, recovered, from, to })
  }
  const data = (epoch: number, ...offsets: number[]): void => {
    for (const offset of offsets) stream.frame(message(epoch, offset))
  }
  return { stream, log, resumed, data }
}

t.test('missed messages come in order, before live ones', async t => {
  const { stream, log, resumed, data } = build()
  stream.restore({ epoch: 1, offset: 2 })
  t.same(stream.connected({ epoch: 1, offset: 5 }), { epoch: 1, offset: 2 })
  data(1, 3, 4, 5)
  resumed(1, true, 3, 5)
  data(1, 6, 5)
  t.same(log, ['1-3', '1-4', '1-5', 'resumed 1-3…5 true', '1-6'], 'and a repeat is dropped')
})

t.test('a resume is requested only where something may be missing', async t => {
  const { stream } = build()
  t.equal(stream.connected({ epoch: 0, offset: 0 }), null, 'the first welcome says where it begins')
  t.same(stream.connected({ epoch: 0, offset: 0 }), { epoch: 0, offset: 0 }, 'an epoch may have come and gone')
  stream.restore({ epoch: 3, offset: 4 })
  t.equal(stream.connected({ epoch: 3, offset: 4 }), null)
  t.same(stream.connected({ epoch: 4, offset: 4 }), { epoch: 3, offset: 4 })
})

t.test('messages that arrive while history is read are held back, in order', async t => {
  const { stream, log, resumed, data } = build({ history: true })
  stream.restore({ epoch: 1, offset: 1 })
  stream.connected({ epoch: 1, offset: 9 })
  resumed(1, false, 8, 7)
  data(1, 8, 9)
  resumed(1, true, 8, 9)
  resumed(2, false, 1, 0)
  data(2, 1)
  for (const offset of [2, 3, 8]) stream.backfillMessage(message(1, offset))
  stream.backfillDone()
  t.same(log, [
    'resumed 1-8…7 false',
    'backfill 1-1…1-8',
    '1-2',
    '1-3',
    '1-8',
    '1-9',
    'resumed 1-8…9 true',
    'resumed 2-1…0 false',
    'backfill 1-9…2-1'
  ])
  stream.backfillDone()
  t.equal(log.at(-1), '2-1')
})

t.test('beyond maxHeld messages are dropped, and sent again over a new connection', async t => {
  const { stream, log, resumed, data } = build({ history: true, maxHeld: 2 })
  stream.restore({ epoch: 1, offset: 0 })
  stream.connected({ epoch: 1, offset: 5 })
  resumed(1, false, 4, 3)
  data(1, 4, 5, 6, 7)
  stream.backfillDone()
  t.equal(log.at(-1), 'reconnect')
  stream.disconnected()
  t.same(stream.connected({ epoch: 1, offset: 7 }), { epoch: 1, offset: 3 })
  data(1, 4)
  t.equal(log.at(-1), '1-4')
})

t.test('after a disconnect while history is read, the stream resumes behind it', async t => {
  const { stream, log, resumed, data } = build({ history: true })
  stream.restore({ epoch: 1, offset: 1 })
  stream.connected({ epoch: 1, offset: 9 })
  resumed(1, false, 8, 7)
  data(1, 8)
  stream.backfillMessage(message(1, 2))
  stream.disconnected()
  t.same(stream.connected({ epoch: 1, offset: 12 }), { epoch: 1, offset: 7 })
  data(1, 8, 9)
  stream.backfillMessage(message(1, 3))
  stream.backfillDone()
  t.same(log.slice(2), ['1-2', '1-3', '1-8', '1-9'], 'each once')
})

t.test('a platform that is behind the stream has lost its log', async t => {
  const { stream, log, resumed, data } = build({ history: true })
  stream.restore({ epoch: 9, offset: 50 })
  t.same(stream.connected({ epoch: 1, offset: 4 }), { epoch: 9, offset: 50 })
  resumed(1, false, 1, 0)
  data(1, 1)
  t.same(log.slice(1), ['reset 1-0', '1-1'])
})

t.test('without history a new epoch starts at its first message', async t => {
  const { stream, log, resumed, data } = build()
  stream.connected({ epoch: 1, offset: 5 })
  resumed(2, false, 1, 0)
  data(2, 1)
  data(1, 6)
  t.same(log.slice(1), ['2-1'], 'and the old one is over')
})

t.test('messages not visible to this consumer are skipped, as announced', async t => {
  const { stream, log, resumed, data } = build({ history: true })
  stream.connected({ epoch: 1, offset: 5 })
  resumed(1, true, 9, 8)
  data(1, 9)
  t.same(log.slice(1), ['1-9'])
})

t.test(
  'the very first message may have any epoch; every other epoch must be announced',
  async t => {
    for (const epoch of [1, 1_764_000_000_000]) {
      const { stream, log, data } = build({ history: true })
      stream.connected({ epoch: 0, offset: 0 })
      data(epoch, 1)
      t.same(log, [`${epoch}-1`])
    }
    const { stream, log, data } = build({ history: true })
    stream.connected({ epoch: 1, offset: 0 })
    data(2, 1)
    t.same(log, ['backfill 1-0…2-1'])
  }
)

t.test('when access ends held messages are delivered, and gaps reported', async t => {
  const { stream, log, data } = build({ history: true })
  stream.restore({ epoch: 1, offset: 1 })
  stream.connected({ epoch: 1, offset: 1 })
  data(1, 4, 5, 7)
  stream.backfillMessage(message(1, 2))
  stream.end()
  stream.backfillMessage(message(1, 3))
  stream.backfillDone()
  t.same(log, ['backfill 1-1…1-4', '1-2', 'gap 1-3…3', '1-4', '1-5', 'gap 1-6…6', '1-7'])
})
