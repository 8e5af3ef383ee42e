import { EventEmitter } from 'node:events'
import type { ReadingBuffer, BufferStats } from '../buffer/buffer.js'
import type { Loss, NewReading } from '../buffer/record.js'
import type { BackoffOptions } from '../session/backoff.js'
import type { RestFetch } from '../session/rest.js'
import { createTokenSession } from '../session/tokens.js'
import { createServerClock } from '../time/server-clock.js'
import { monotonicMs } from '../time/monotonic.js'
import { createConnection, type ConnectionFault, type ConnectionState } from './connection.js'
import type { AckedPosition } from './outcome.js'
import { createSender, type SenderCounts } from './sender.js'

/** Who sends, where, and how: what can be changed while a producer runs. */
export interface MutableProducerOptions {
  /** Where AP is. */
  authUrl: string
  /** Where WSS1 is, with its path. */
  websocketUrl: string
  username: string
  password: string
  /** Name of the device, for readings that bring none. */
  deviceId?: string
  /** Most readings a second that a backlog is sent with. Default 500. */
  drainRate?: number
  /** Whether frames are compressed (permessage-deflate), where the platform takes that. */
  compression?: boolean
}

export interface ProducerOptions extends MutableProducerOptions {
  /** Where readings are kept until they are acked; the producer closes it. See `openBuffer`. */
  buffer: ReadingBuffer
  /** Milliseconds after which a producer that was refused for good tries again; null (the default) for never. */
  stoppedRetryMs?: number | null
  fetch?: RestFetch
  backoff?: BackoffOptions
  mono?: () => number
  now?: () => number
}

/** What a reading may bring beside its payload. */
export interface SendOptions {
  /** The device's own time, in milliseconds since 1970; now if not given. */
  time?: number
  /** Monotonic milliseconds at the same moment; now if not given. */
  mono?: number
  deviceId?: string
  id?: string
}

/** A message that the platform keeps, named as it was sent. */
export interface Acked extends AckedPosition { seq: number, deviceId: string | undefined, id: string | undefined }

export interface ProducerEvents {
  online: []
  offline: [fault: ConnectionFault]
  /** The platform refused this producer for good. */
  stopped: [fault: ConnectionFault]
  ack: [acked: Acked]
  refused: [seq: number, code: string, message: string]
  /** What could not be kept is told to the platform in one record. */
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
   * Milliseconds that the device's clock is behind the platform's, and by how many that may be wrong; null before the
   * first connection.
   */
  clockOffsetMs: number | null
  clockErrorMs: number | null
}

/** Sends readings: each is stored first, sent when that is possible, and forgotten when the platform has it. */
export interface Producer {
  readonly events: EventEmitter<ProducerEvents>
  /**
   * Stores a reading and sends it as soon as may be. Returns its number, the `seq` that the platform gets.
   * Throws `TypeError` for a payload that is no object, `RangeError` for one over 2 MiB.
   */
  send (payload: Record<string, unknown>, options?: SendOptions): number
  status (): ProducerStatus
  /** Resolves when everything is acked, or the time is over: whether it is. */
  drained (timeoutMs: number): Promise<boolean>
  /** Goes on with other settings, over a new connection if need be. What is not acked is sent over that. */
  configure (settings: MutableProducerOptions): void
  /** Disconnects and closes the buffer. What is not acked stays in it. */
  close (): Promise<void>
}

const DEFAULT_DRAIN_RATE = 500
/** Least milliseconds between two reports of losses. */
const REPORT_EVERY_MS = 60_000

/** The record that tells what was lost. */
export const describeLoss = (lost: Loss, time: number, mono: number, deviceId?: string): NewReading => ({
  payload: JSON.stringify({
    agent: {
      lost: {
        readings: lost.readings,
        damaged: lost.damaged,
        first_seq: lost.firstN,
        last_seq: lost.lastN,
        from: new Date(lost.from).toISOString(),
        to: new Date(lost.to).toISOString()
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

/** Starts a producer. It signs in and connects by itself, for ever, until it is closed. */
export const createProducer = ({
  buffer, stoppedRetryMs = null, fetch, backoff, mono = monotonicMs, now = Date.now, ...firstSettings
}: ProducerOptions): Producer => {
  let settings: MutableProducerOptions = firstSettings
  const events = new EventEmitter<ProducerEvents>()
  const clock = createServerClock()
  const signIn = ({ authUrl, username, password }: MutableProducerOptions) =>
    createTokenSession({ authUrl, username, password, ...(fetch === undefined ? {} : { fetch }) })
  let tokens = signIn(settings)
  const target = ({ websocketUrl, compression = false }: MutableProducerOptions) => ({
    url: websocketUrl,
    tokens,
    compression
  })
  const connection = createConnection({
    ...target(settings),
    mono,
    stoppedRetryMs,
    ...(backoff === undefined ? {} : { backoff })
  })
  const sender = createSender({
    buffer,
    connection,
    clock,
    mono,
    drainRate: () => settings.drainRate ?? DEFAULT_DRAIN_RATE,
    ...(backoff === undefined ? {} : { backoff })
  })
  let since = now()
  let reportedAt = -Infinity

  const reportLost = () => {
    const { lost } = buffer.stats()
    if (lost === null || mono() - reportedAt < REPORT_EVERY_MS) return
    reportedAt = mono()
    buffer.reportLoss(lost => describeLoss(lost, now(), mono(), settings.deviceId))
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
        throw new TypeError('A payload is an object')
      }
      const live = sender.liveReady
      const reading: NewReading = {
        payload: JSON.stringify(payload),
        time: options.time ?? now(),
        mono: options.mono ?? mono()
      }
      const device = options.deviceId ?? settings.deviceId
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
      const before = settings
      settings = next
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
