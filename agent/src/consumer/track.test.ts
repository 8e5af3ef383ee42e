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
    gap: gap => log.push(`gap ${gap.epoch}-${gap.from}…${gap.to}`),
    bridge: (after, before) => log.push(`bridge ${place(after)}…${place(before)}`),
    resume: after => log.push(`resume ${place(after)}`),
    reset: after => log.push(`reset ${place(after)}`)
  }, { history: false, sparse: false, maxHeld: 100, ...options })
  const resumed = (epoch: number, recovered: boolean, from: number, to: number): void => {
    track.resumed({ type: 'resumed', producer_id: 1, epoch, recovered, from, to })
  }
  return { track, log, resumed }
}

t.test('live messages that overtake the replay wait for it', async t => {
  const { track, log, resumed } = build()
  track.restore({ epoch: 1, offset: 2 })
  t.equal(track.connected({ epoch: 1, offset: 5 }), true)
  track.data(message(1, 7))
  track.data(message(1, 6))
  t.same(log, [])
  for (const offset of [3, 4, 5, 6]) track.data(message(1, offset))
  resumed(1, true, 3, 6)
  track.data(message(1, 7))
  track.data(message(1, 8))
  t.same(log, ['1-3', '1-4', '1-5', '1-6', '1-7', '1-8'])
})

t.test('too many held messages are dropped and asked for again', async t => {
  const { track, log, resumed } = build({ maxHeld: 2 })
  track.restore({ epoch: 1, offset: 0 })
  track.connected({ epoch: 1, offset: 5 })
  for (const offset of [6, 7, 8]) track.data(message(1, offset))
  resumed(1, true, 1, 0)
  t.same(log, ['resume 1-0'])
  for (let offset = 1; offset <= 8; offset++) track.data(message(1, offset))
  resumed(1, true, 1, 8)
  t.same(log.slice(1), ['1-1', '1-2', '1-3', '1-4', '1-5', '1-6', '1-7', '1-8'])
})

t.test('a connection lost while history is read is resumed afterwards', async t => {
  const { track, log, resumed } = build({ history: true })
  track.restore({ epoch: 1, offset: 1 })
  track.connected({ epoch: 1, offset: 9 })
  resumed(1, false, 8, 9)
  t.same(log, ['bridge 1-1…1-8'])
  track.bridgeItem(message(1, 2))
  track.disconnected()
  t.equal(track.connected({ epoch: 1, offset: 12 }), false, 'it is not resumed before')
  track.data(message(1, 13))
  for (const offset of [2, 3, 8]) track.bridgeItem(message(1, offset))
  track.bridgeDone(true)
  t.same(log.slice(1), ['1-2', '1-3', 'resume 1-7'], 'each once, none from behind the target')
  track.disconnected()
  track.connected({ epoch: 1, offset: 13 })
  track.data(message(1, 8))
  t.equal(log.at(-1), '1-8')
})

t.test('while not connected the end of history waits for the next greeting', async t => {
  const { track, log } = build({ history: true })
  track.connected({ epoch: 1, offset: 0 })
  track.data(message(1, 3))
  t.same(log, ['bridge 1-0…1-3'])
  track.disconnected()
  track.bridgeDone(false)
  t.equal(track.connected({ epoch: 1, offset: 3 }), true)
  t.same(track.place, { epoch: 1, offset: 2 })
})

t.test('a platform that is behind what was seen is another one', async t => {
  const { track, log, resumed } = build({ history: true })
  track.restore({ epoch: 9, offset: 50 })
  t.equal(track.connected({ epoch: 1, offset: 4 }), true)
  resumed(1, false, 1, 4)
  track.data(message(1, 5))
  t.same(log, ['reset 1-4', '1-5'])
})

t.test('a new epoch without history begins where it begins', async t => {
  const { track, log, resumed } = build()
  track.connected({ epoch: 1, offset: 5 })
  resumed(2, false, 1, 0)
  track.data(message(2, 1))
  track.data(message(1, 6))
  t.same(log, ['2-1'], 'and the old one is over')
})

t.test('the first message of all follows on nothing, that of a later epoch may not', async t => {
  const { track, log } = build({ history: true })
  track.connected({ epoch: 0, offset: 0 })
  track.data(message(1, 1))
  t.same(log, ['1-1'])
  const late = build({ history: true })
  late.track.connected({ epoch: 0, offset: 0 })
  late.track.data(message(2, 1))
  t.same(late.log, ['bridge 0-0…2-1'])
})

t.test('what is held when access ends is delivered, with what is missing told', async t => {
  const { track, log } = build({ history: true })
  track.restore({ epoch: 1, offset: 1 })
  track.connected({ epoch: 1, offset: 1 })
  for (const offset of [4, 5, 7]) track.data(message(1, offset))
  track.bridgeItem(message(1, 2))
  track.end()
  track.bridgeItem(message(1, 3))
  track.bridgeDone(true)
  t.same(log, ['bridge 1-1…1-4', '1-2', 'gap 1-3…3', '1-4', '1-5', 'gap 1-6…6', '1-7'])
})
