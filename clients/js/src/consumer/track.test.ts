import type { Envelope } from '@motience/schemas'
import t from 'tap'
import { Track, type TrackOptions } from './track.js'

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

const build = (options: Partial<TrackOptions> = {}) => {
  const log: string[] = []
  const place = (p: { epoch: number, offset: number }): string => `${p.epoch}-${p.offset}`
  const track = new Track({
    deliver: envelope => log.push(place(envelope)),
    resumed: frame => log.push(`resumed ${frame.epoch}-${frame.from}…${frame.to} ${frame.recovered}`),
    gap: gap => log.push(`gap ${gap.epoch}-${gap.from}…${gap.to}`),
    bridge: (after, before) => log.push(`bridge ${place(after)}…${place(before)}`),
    reconnect: () => log.push('reconnect'),
    reset: after => log.push(`reset ${place(after)}`)
  }, { history: false, sparse: false, maxHeld: 100, ...options })
  const resumed = (epoch: number, recovered: boolean, from: number, to: number): void => {
    track.frame({ type: 'resumed', producer_id: 1, epoch, recovered, from, to })
  }
  const data = (epoch: number, ...offsets: number[]): void => {
    for (const offset of offsets) track.frame(message(epoch, offset))
  }
  return { track, log, resumed, data }
}

t.test('what was missed comes in order, and then what is live', async t => {
  const { track, log, resumed, data } = build()
  track.restore({ epoch: 1, offset: 2 })
  t.same(track.connected({ epoch: 1, offset: 5 }), { epoch: 1, offset: 2 })
  data(1, 3, 4, 5)
  resumed(1, true, 3, 5)
  data(1, 6, 5)
  t.same(log, ['1-3', '1-4', '1-5', 'resumed 1-3…5 true', '1-6'], 'and a repeat is dropped')
})

t.test('the server is asked only where that can make a difference', async t => {
  const { track } = build()
  t.equal(track.connected({ epoch: 0, offset: 0 }), null, 'the first welcome says where it begins')
  t.same(track.connected({ epoch: 0, offset: 0 }), { epoch: 0, offset: 0 }, 'an epoch may have come and gone')
  track.restore({ epoch: 3, offset: 4 })
  t.equal(track.connected({ epoch: 3, offset: 4 }), null)
  t.same(track.connected({ epoch: 4, offset: 4 }), { epoch: 3, offset: 4 })
})

t.test('what comes while history is read waits for it, in order', async t => {
  const { track, log, resumed, data } = build({ history: true })
  track.restore({ epoch: 1, offset: 1 })
  track.connected({ epoch: 1, offset: 9 })
  resumed(1, false, 8, 7)
  data(1, 8, 9)
  resumed(1, true, 8, 9)
  resumed(2, false, 1, 0)
  data(2, 1)
  for (const offset of [2, 3, 8]) track.bridgeItem(message(1, offset))
  track.bridgeDone()
  t.same(log, [
    'resumed 1-8…7 false',
    'bridge 1-1…1-8',
    '1-2',
    '1-3',
    '1-8',
    '1-9',
    'resumed 1-8…9 true',
    'resumed 2-1…0 false',
    'bridge 1-9…2-1'
  ])
  track.bridgeDone()
  t.equal(log.at(-1), '2-1')
})

t.test('more than may be held is let go, and sent again over a new connection', async t => {
  const { track, log, resumed, data } = build({ history: true, maxHeld: 2 })
  track.restore({ epoch: 1, offset: 0 })
  track.connected({ epoch: 1, offset: 5 })
  resumed(1, false, 4, 3)
  data(1, 4, 5, 6, 7)
  track.bridgeDone()
  t.equal(log.at(-1), 'reconnect')
  track.disconnected()
  t.same(track.connected({ epoch: 1, offset: 7 }), { epoch: 1, offset: 3 })
  data(1, 4)
  t.equal(log.at(-1), '1-4')
})

t.test('over a connection that is lost while history is read, what follows it is asked for', async t => {
  const { track, log, resumed, data } = build({ history: true })
  track.restore({ epoch: 1, offset: 1 })
  track.connected({ epoch: 1, offset: 9 })
  resumed(1, false, 8, 7)
  data(1, 8)
  track.bridgeItem(message(1, 2))
  track.disconnected()
  t.same(track.connected({ epoch: 1, offset: 12 }), { epoch: 1, offset: 7 })
  data(1, 8, 9)
  track.bridgeItem(message(1, 3))
  track.bridgeDone()
  t.same(log.slice(2), ['1-2', '1-3', '1-8', '1-9'], 'each once')
})

t.test('a platform that is behind what was seen is another one', async t => {
  const { track, log, resumed, data } = build({ history: true })
  track.restore({ epoch: 9, offset: 50 })
  t.same(track.connected({ epoch: 1, offset: 4 }), { epoch: 9, offset: 50 })
  resumed(1, false, 1, 0)
  data(1, 1)
  t.same(log.slice(1), ['reset 1-0', '1-1'])
})

t.test('a new epoch without history begins where it begins', async t => {
  const { track, log, resumed, data } = build()
  track.connected({ epoch: 1, offset: 5 })
  resumed(2, false, 1, 0)
  data(2, 1)
  data(1, 6)
  t.same(log.slice(1), ['2-1'], 'and the old one is over')
})

t.test('messages that were not for this consumer are passed over, which the server says', async t => {
  const { track, log, resumed, data } = build({ history: true })
  track.connected({ epoch: 1, offset: 5 })
  resumed(1, true, 9, 8)
  data(1, 9)
  t.same(log.slice(1), ['1-9'])
})

t.test(
  'the first message of all follows on nothing, whatever its epoch; any other epoch has to be announced',
  async t => {
    for (const epoch of [1, 1_764_000_000_000]) {
      const { track, log, data } = build({ history: true })
      track.connected({ epoch: 0, offset: 0 })
      data(epoch, 1)
      t.same(log, [`${epoch}-1`])
    }
    const { track, log, data } = build({ history: true })
    track.connected({ epoch: 1, offset: 0 })
    data(2, 1)
    t.same(log, ['bridge 1-0…2-1'])
  }
)

t.test('what is held when access ends is delivered, with what is missing told', async t => {
  const { track, log, data } = build({ history: true })
  track.restore({ epoch: 1, offset: 1 })
  track.connected({ epoch: 1, offset: 1 })
  data(1, 4, 5, 7)
  track.bridgeItem(message(1, 2))
  track.end()
  track.bridgeItem(message(1, 3))
  track.bridgeDone()
  t.same(log, ['bridge 1-1…1-4', '1-2', 'gap 1-3…3', '1-4', '1-5', 'gap 1-6…6', '1-7'])
})
