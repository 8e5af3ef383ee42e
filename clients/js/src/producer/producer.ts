import { EventEmitter } from 'node:events'
import type { ReadingBuffer, BufferStats } from '../buffer/buffer.js'
import type { Loss, NewReading } from '../buffer/record.js'
import type { BackoffOptions } from '../session/backoff.js'
import type { RestFetch } from '../session/rest.js'
import { createTokenSession } from '../session/tokens.js'
import { checkUrl } from '../session/url-fault.js'
import { formatDeviceTime, isDeviceTime } from '../time/device-time.js'
import { createServerClock } from '../time/server-clock.js'
import { monotonicMs } from '../time/monotonic.js'
import { createConnection, type ConnectionFault, type ConnectionState } from './connection.js'
import type { AckedPosition } from './outcome.js'
import { createSender, type SenderCounts } from './sender.js'

/** The options that can be changed while a producer runs. */
export interface MutableProducerOptions {
  /** URL of AP. */
  authUrl: string
  /** URL of WSS1, including the path. */
  websocketUrl: string
  username: string
  password: string
  /** Default device id of readings. */
  deviceId?: string
  /** Maximum rate at which a backlog is sent, in readings per second. Default 500. */
  drainRate?: number
  /** Whether to compress frames (permessage-deflate) if the platform supports it. */
  compression?: boolean
}

export interface ProducerOptions extends MutableProducerOptions {
  /** Stores readings until they are acked; closed by the producer. See `openBuffer`. */
  buffer: ReadingBuffer
  /** Delay before retrying after the account was rejected, in milliseconds; null (the default): never. */
  stoppedRetryMs?: number | null
  fetch?: RestFetch
  backoff?: BackoffOptions
  mono?: () => number
  now?: () => number
}

/** Optional fields of a reading. */
export interface SendOptions {
  /** Device time, in milliseconds since 1970. Default: now. */
  time?: number
  /** Monotonic time of the same moment, in milliseconds. Default: now. */
  mono?: number
  deviceId?: string
  id?: string
}

/** An acknowledged message. */
export interface Acked extends AckedPosition { seq: number, deviceId: string | undefined, id: string | undefined }

export interface ProducerEvents {
  online: []
  offline: [fault: ConnectionFault]
  /** The platform rejected this account. */
  stopped: [fault: ConnectionFault]
  ack: [acked: Acked]
  refused: [seq: number, code: string, message: string]
  /** Readings were lost, which is reported to the platform. */
  lost: [lost: Loss]
  drained: []
}

export interface ProducerStatus {
  state: ConnectionState
  /** Milliseconds since 1970 at which the state was entered. */
  since: number
  lastFault: ConnectionFault | null
  buffer: BufferStats
  counts: SenderCounts
  /**
   * How far the device clock is behind the platform clock, and the error bound of that, in milliseconds; null before
   * the first connection.
   */
  clockOffsetMs: number | null
  clockErrorMs: number | null
}

/** Sends readings. Each is stored first, and removed once the platform has acknowledged it. */
export interface Producer {
  readonly events: EventEmitter<ProducerEvents>
  /**
   * Stores a reading and sends it as soon as possible. Returns its number, which is sent as `seq`. Throws `TypeError`
   * if the payload is not an object in JSON, `RangeError` if it is larger than 2 MiB or `time` is not a date of the
   * years 0 to 9999.
   */
  send (payload: Record<string, unknown>, options?: SendOptions): number
  status (): ProducerStatus
  /** Resolves with true once everything is acked, or with false after `timeoutMs`. */
  drained (timeoutMs: number): Promise<boolean>
  /** Applies other options, and reconnects if they require it. Unacked readings are sent over the new connection. */
  configure (options: MutableProducerOptions): void
  /** Disconnects and closes the buffer, which keeps unacked readings. */
  close (): Promise<void>
}

const DEFAULT_DRAIN_RATE = 500
/** Minimum interval between reports of losses. */
const REPORT_EVERY_MS = 60_000

/** The reading that reports a loss. */
export const describeLoss = (lost: Loss, time: number, mono: number, deviceId?: string): NewReading => ({
  payload: JSON.stringify({
    agent: {
      lost: {
        readings: lost.readings,
        damaged: lost.damaged,
        first_seq: lost.firstN,
        last_seq: lost.lastN,
        from: formatDeviceTime(lost.from),
        to: formatDeviceTime(lost.to)
      }
    }
  }),
  time,
  mono,
  ...deviceId === undefined ? {} : { deviceId }
})

/** Equal for options that the same connection serves. */
const connectionKey = ({ authUrl, websocketUrl, username, password, compression = false }: MutableProducerOptions) =>
  JSON.stringify([authUrl, websocketUrl, username, password, compression])

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
  const signIn = ({ authUrl, username, password }: MutableProducerOptions) =>
    createTokenSession({ authUrl, username, password, ...(fetch === undefined ? {} : { fetch }) })
  let tokens = signIn(current)
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
      checkUrl('authUrl', next.authUrl, 'http')
      const before = current
      current = next
      if (connectionKey(before) === connectionKey(next)) return
      tokens.close()
      tokens = signIn(next)
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
