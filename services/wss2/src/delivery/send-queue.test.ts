import t from 'tap'
import { Registry } from 'prom-client'
import type { SlowPolicy } from '@motience/schemas'
import type { LiveMessage } from '../fan-out/live-message.js'
import { createConsumerMetrics } from '../metrics.js'
import { SendQueue } from './send-queue.js'

/** A connection whose socket is either full or accepts everything. */
const createConnection = () => {
  const sent: string[] = []
  const connection = {
    sent,
    full: false,
    closedWith: null as number | null,
    onDrain: null as (() => void) | null,
    get bufferedBytes () { return this.full ? 1_000_000 : 0 },
    get needsDrain () { return this.full },
    send (text: string) {
      sent.push(text)
      return true
    },
    sendPrepared (frame: Buffer) {
      sent.push(String(frame))
      return true
    },
    close (code: number) { connection.closedWith ??= code }
  }
  return connection
}

const message = (producerId: number, offset: number, device = 'a', bytes = 100, epoch = 1): LiveMessage =>
  ({
    producerId,
    deviceId: device,
    epoch,
    offset,
    frame: Buffer.from(`${producerId}:${epoch}-${offset}`.padEnd(bytes))
  })

const open = (policy: SlowPolicy, limits = { maxBytes: 100_000, maxMessages: 10 }) => {
  const metrics = createConsumerMetrics(new Registry())
  const connection = createConnection()
  const sendQueue = new SendQueue(connection, policy, limits, metrics)
  const drain = (): string[] => {
    connection.full = false
    connection.onDrain?.()
    return connection.sent.map(text => text.startsWith('{') ? gapOf(text) : text.trim())
  }
  return { sendQueue, connection, metrics, drain }
}

const gapOf = (text: string): string => {
  const frame = JSON.parse(text) as { type: string, producer_id: number, epoch: number, from: number, to: number }
  return frame.type === 'gap' ? `gap ${frame.producer_id}:${frame.epoch} ${frame.from}..${frame.to}` : frame.type
}

t.test('messages and frames are queued in order, and sent when the socket has drained', async t => {
  const { sendQueue, connection, metrics, drain } = open('close')
  sendQueue.message(message(7, 1))
  connection.full = true
  sendQueue.message(message(7, 2))
  sendQueue.frame({ type: 'unsubscribed', producer_id: 7, reason: 'x' }, 7)
  t.equal(connection.sent.length, 1)
  t.equal(metrics.queued.messages, 2)
  const writable = sendQueue.whenWritable()
  t.same(drain(), ['7:1-1', '7:1-2', 'unsubscribed'])
  t.equal(await writable, true)
  t.same(metrics.queued, { messages: 0, bytes: 0 })
  t.equal(metrics.totals.deliveries, 2)
})

t.test('`close` closes with 4008 at either limit', async t => {
  const many = open('close')
  many.connection.full = true
  for (let offset = 1; offset <= 10; offset++) many.sendQueue.message(message(7, offset))
  t.equal(many.connection.closedWith, null)
  many.sendQueue.message(message(7, 11))
  t.equal(many.connection.closedWith, 4008)
  const large = open('close')
  large.connection.full = true
  large.sendQueue.message(message(7, 1, 'a', 74_000))
  t.equal(large.connection.closedWith, null)
  large.sendQueue.message(message(7, 2, 'a', 2000))
  t.equal(large.connection.closedWith, 4008)
})

t.test('`drop` replaces the oldest messages by gaps per producer and epoch, and merges adjacent gaps', async t => {
  const { sendQueue, connection, metrics, drain } = open('drop')
  connection.full = true
  for (let offset = 1; offset <= 4; offset++) {
    sendQueue.message(message(7, offset))
    sendQueue.message(message(8, offset))
  }
  sendQueue.message(message(7, 1, 'a', 100, 2))
  sendQueue.message(message(7, 2, 'a', 100, 2))
  sendQueue.message(message(8, 5))
  for (let offset = 3; offset <= 9; offset++) sendQueue.message(message(7, offset, 'a', 100, 2))
  t.equal(connection.closedWith, null)
  const story = drain()
  const next: Record<string, number> = { '7:1': 1, '7:2': 1, '8:1': 1 }
  for (const line of story) {
    const [, log, from, to] = /(\d:\d)[- ](\d+)(?:\.\.(\d+))?/.exec(line)!
    t.equal(Number(from), next[log!], line)
    next[log!] = Number(to ?? from) + 1
  }
  t.same(next, { '7:1': 5, '7:2': 10, '8:1': 6 })
  t.equal(metrics.totals.gaps, story.filter(line => line.startsWith('gap')).length)
})

t.test('frames are never dropped: too many of them close with 4008 even with `drop`', async t => {
  const { sendQueue, connection } = open('drop')
  connection.full = true
  for (let i = 0; i <= 10; i++) sendQueue.frame({ type: 'unsubscribed', producer_id: i + 1, reason: 'x' }, i + 1)
  t.equal(connection.closedWith, 4008)
})

t.test('a gap does not span a frame about its producer', async t => {
  const { sendQueue, connection, drain } = open('drop')
  connection.full = true
  sendQueue.message(message(7, 1))
  sendQueue.message(message(7, 2))
  sendQueue.frame({ type: 'subscribed', producer_id: 7, epoch: 1, offset: 2 }, 7)
  for (let offset = 3; offset <= 11; offset++) sendQueue.message(message(7, offset))
  t.same(drain().slice(0, 4), ['gap 7:1 1..2', 'subscribed', 'gap 7:1 3..6', '7:1-7'])
})

t.test('`latest` keeps one message per device, and closes with 4008 if there are too many devices', async t => {
  const { sendQueue, connection, metrics, drain } = open('latest')
  connection.full = true
  for (let offset = 1; offset <= 500; offset++) sendQueue.message(message(7, offset, `device-${offset % 3}`))
  t.equal(metrics.queued.messages, 3)
  t.equal(metrics.totals.dropped, 497)
  t.same(drain(), ['7:1-498', '7:1-499', '7:1-500'])
  connection.full = true
  sendQueue.message(message(7, 501, 'device-0'))
  t.same(drain().slice(3), ['7:1-501'])
  connection.full = true
  for (let device = 0; device < 12; device++) sendQueue.message(message(7, 600 + device, `other-${device}`))
  t.equal(connection.closedWith, 4008)
})

t.test('an ended send queue is empty and sends nothing', async t => {
  const { sendQueue, connection, metrics, drain } = open('drop')
  connection.full = true
  sendQueue.message(message(7, 1))
  const writable = sendQueue.whenWritable()
  sendQueue.end()
  sendQueue.end()
  t.equal(await writable, false)
  t.same(metrics.queued, { messages: 0, bytes: 0 })
  sendQueue.message(message(7, 2))
  sendQueue.frame({ type: 'unsubscribed', producer_id: 7, reason: 'x' }, 7)
  t.same(drain(), [])
})
