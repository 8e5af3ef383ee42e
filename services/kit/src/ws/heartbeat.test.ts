import t from 'tap'
import { Heartbeat } from './heartbeat.js'

t.test('pings at the interval and gives up when the third ping after the last answer is due', t => {
  const heartbeat = new Heartbeat(100, 1000)
  t.equal(heartbeat.next(1099), null)
  t.equal(heartbeat.next(1100), 'ping')
  t.equal(heartbeat.next(1150), null)
  heartbeat.received()
  t.equal(heartbeat.next(1200), 'ping')
  t.equal(heartbeat.next(1300), 'ping')
  t.equal(heartbeat.next(1399), null)
  t.equal(heartbeat.next(1400), 'give-up')
  t.end()
})

t.test('starts over after a pause', t => {
  const heartbeat = new Heartbeat(100, 0)
  t.equal(heartbeat.next(100), 'ping')
  t.equal(heartbeat.next(200), 'ping')
  heartbeat.restart(250)
  t.equal(heartbeat.next(349), null)
  t.equal(heartbeat.next(350), 'ping')
  t.end()
})
