import { EventEmitter } from 'node:events'
import type { NewReading } from '../buffer/record.js'
import { checkUrl } from '../session/url-fault.js'
import { isDeviceTime } from '../time/device-time.js'
import { createServerClock } from '../time/server-clock.js'
import { monotonicMs } from '../time/monotonic.js'
import { createConnection } from './connection.js'
import { createSession } from './credentials.js'
import { describeLoss } from './describe-loss.js'
import { createSender } from './sender.js'
import type { MutableProducerOptions, Producer, ProducerEvents, ProducerOptions } from './types.js'

const DEFAULT_DRAIN_RATE = 500
/** Minimum interval between reports of losses. */
const REPORT_EVERY_MS = 60_000

/** Equal for options that the same connection serves. */
const connectionKey = (options: MutableProducerOptions): string => JSON.stringify([
  options.authUrl, options.websocketUrl, options.username, options.password, options.key, options.compression ?? false
])

/**
 * Starts a producer. It signs in and reconnects by itself until it is closed. Throws `TypeError` for an unusable URL.
 */
export const createProducer = ({
  buffer, stoppedRetryMs = null, fetch, backoff, mono = monotonicMs, now = Date.now, ...initialOptions
}: ProducerOptions): Producer => {
  let current: MutableProducerOptions = initialOptions
  const events = new EventEmitter<ProducerEvents>()
  const clock = createServerClock()
  checkUrl('websocketUrl', initialOptions.websocketUrl, 'ws')
  let tokens = createSession(current, fetch)
  const target = ({ websocketUrl, compression = false }: MutableProducerOptions) => ({
    url: websocketUrl,
    tokens,
    compression
  })
  const connection = createConnection({
    ...target(current),
    mono,
    stoppedRetryMs,
    ...(backoff === undefined ? {} : { backoff })
  })
  const sender = createSender({
    buffer,
    connection,
    clock,
    mono,
    drainRate: () => current.drainRate ?? DEFAULT_DRAIN_RATE,
    ...(backoff === undefined ? {} : { backoff })
  })
  let since = now()
  let reportedAt = -Infinity

  const reportLost = () => {
    const { lost } = buffer.stats()
    if (lost === null || mono() - reportedAt < REPORT_EVERY_MS) return
    reportedAt = mono()
    buffer.reportLoss(lost => describeLoss(lost, now(), mono(), current.deviceId))
    events.emit('lost', lost)
  }

  connection.events.on('online', (welcome, sentMono, receivedMono) => {
    since = now()
    if (clock.observe(Date.parse(welcome.server_time), sentMono, receivedMono)) buffer.setAnchor(clock.anchor!)
    reportLost()
    sender.online(welcome)
    events.emit('online')
  })
  connection.events.on('offline', fault => {
    since = now()
    sender.offline()
    events.emit('offline', fault)
  })
  connection.events.on('stopped', fault => {
    sender.offline()
    events.emit('stopped', fault)
  })
  connection.events.on('frame', (frame, receivedMono) => { sender.frame(frame, receivedMono) })
  sender.events.on('ack', (reading, position) => {
    events.emit('ack', { ...position, seq: reading.n, deviceId: reading.deviceId, id: reading.id })
  })
  sender.events.on('refused', (reading, code, message) => { events.emit('refused', reading.n, code, message) })
  sender.events.on('drained', () => { events.emit('drained') })
  connection.start()

  return {
    events,
    send: (payload, options = {}) => {
      if (typeof payload !== 'object' || payload === null || Array.isArray(payload)) {
        throw new TypeError('Payload must be an object')
      }
      const text = JSON.stringify(payload) as string | undefined
      if (text?.[0] !== '{') throw new TypeError('Payload must be an object in JSON')
      const { time = now(), mono: takenMono = mono() } = options
      if (!isDeviceTime(time)) throw new RangeError('time must be milliseconds since 1970, of the years 0 to 9999')
      if (!Number.isFinite(takenMono)) throw new RangeError('mono must be a finite number of milliseconds')
      const live = sender.liveReady
      const reading: NewReading = { payload: text, time, mono: takenMono }
      const device = options.deviceId ?? current.deviceId
      if (device !== undefined) reading.deviceId = device
      if (options.id !== undefined) reading.id = options.id
      const stored = buffer.append(reading, live ? 'live' : 'backlog')
      if (live) sender.addLive(stored)
      else if (connection.state === 'online') {
        reportLost()
        sender.pump()
      }
      return stored.n
    },
    status: () => ({
      state: connection.state,
      since,
      lastFault: connection.lastFault,
      buffer: buffer.stats(),
      counts: { ...sender.counts },
      clockOffsetMs: clock.anchor === null ? null : Math.round(clock.anchor + mono() - now()),
      clockErrorMs: clock.anchor === null ? null : Math.ceil(clock.errorMs(mono()))
    }),
    drained: async timeoutMs => {
      if (buffer.stats().unacked === 0) return true
      return new Promise<boolean>(resolve => {
        const done = () => { finish(true) }
        const timer = setTimeout(() => { finish(false) }, timeoutMs)
        const finish = (drained: boolean) => {
          clearTimeout(timer)
          events.off('drained', done)
          resolve(drained)
        }
        events.on('drained', done)
      })
    },
    configure: next => {
      checkUrl('websocketUrl', next.websocketUrl, 'ws')
      if (next.authUrl !== undefined) checkUrl('authUrl', next.authUrl, 'http')
      const before = current
      current = next
      if (connectionKey(before) === connectionKey(next)) return
      tokens.close()
      tokens = createSession(next, fetch)
      connection.use(target(next))
    },
    close: async () => {
      sender.close()
      tokens.close()
      await connection.close()
      await buffer.close()
    }
  }
}
