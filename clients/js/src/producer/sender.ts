import { EventEmitter } from 'node:events'
import { MAX_BATCH_FRAME, type ProducerWelcomeFrame } from '@motience/schemas'
import type { ReadingBuffer } from '../buffer/buffer.js'
import type { Reading } from '../buffer/record.js'
import type { BackoffOptions } from '../session/backoff.js'
import type { ServerClock } from '../time/server-clock.js'
import type { Connection } from './connection.js'
import {
  isTokenCode, outcomeOfAck, outcomeOfEntry, outcomeOfError, type Outcome, type AckedPosition
} from './outcome.js'
import { createBatchPacer, type BatchPacer } from './batch-pacer.js'
import { createSendQueue, findInFlight, type SendQueue } from './send-queue.js'
import { createEntry, encodeFrame, MESSAGE_OVERHEAD, type Entry, type ServerFrame } from './protocol.js'
import { createDeadlineTimer } from './deadline-timer.js'

/** Maximum number of unacked live readings; beyond it new ones go to the backlog. */
const MAX_LIVE = 256
/** Once a live reading is unacked for this long, new ones go to the backlog. */
const MAX_LIVE_AGE_MS = 1000
/** After this time without an answer to a frame, the connection counts as dead. */
const ANSWER_TIMEOUT_MS = 30_000
/** Maximum frame size of a backlog: what a slow line carries without delaying live readings. */
const MAX_BACKLOG_BYTES = 128 * 1024
const MAX_LIVE_BYTES = 512 * 1024
/** Share of `max_in_flight` reserved for live readings. */
const LIVE_SHARE = 0.5

/** Counters of readings since the start. */
export interface SenderCounts { sent: number, acked: number, repeats: number, refused: number, retried: number }

export interface SenderEvents {
  /** The platform has stored a reading. */
  ack: [reading: Reading, position: AckedPosition]
  /** A reading was permanently rejected. */
  refused: [reading: Reading, code: string, message: string]
  /** Everything is acked. */
  drained: []
}

export interface SenderOptions {
  buffer: ReadingBuffer
  connection: Connection
  clock: ServerClock
  mono: () => number
  /** Maximum rate of a backlog, in readings per second. */
  drainRate: () => number
  backoff?: BackoffOptions
}

/** Sends readings from the buffer to the platform, live ones first. */
export interface Sender {
  readonly events: EventEmitter<SenderEvents>
  readonly counts: Readonly<SenderCounts>
  /** Whether a new reading can be sent live. */
  readonly liveReady: boolean
  /** A live reading was stored. */
  addLive (reading: Reading): void
  /** Sends what can be sent. Called after each change; safe at any time. */
  pump (): void
  online (welcome: ProducerWelcomeFrame): void
  offline (): void
  frame (frame: Exclude<ServerFrame, ProducerWelcomeFrame>, receivedMono: number): void
  close (): void
}

export const createSender = ({ buffer, connection, clock, mono, drainRate, backoff }: SenderOptions): Sender => {
  const events = new EventEmitter<SenderEvents>()
  const counts: SenderCounts = { sent: 0, acked: 0, repeats: 0, refused: 0, retried: 0 }
  const live = createSendQueue(backoff)
  const backlog = createSendQueue(backoff)
  const queues = [live, backlog]
  let limits: ProducerWelcomeFrame | null = null
  let pacer: BatchPacer = createBatchPacer(drainRate(), MAX_BATCH_FRAME)
  const timer = createDeadlineTimer(mono, () => { pump() })
  /** After a whole frame was rejected, readings are sent one by one to find the invalid one. */
  let single = 0

  const anchorOf = (boot: string): number | null => buffer.anchorOf(boot)
  const inFlight = (): number => queues.reduce((sum, { inFlight }) => sum + (inFlight?.entries.length ?? 0), 0)

  const giveUp = (entry: Entry, code: string, message: string) => {
    entry.done = true
    counts.refused++
    events.emit('refused', entry.reading, code, message)
  }

  /** Removes finished readings, in order. */
  const release = (queue: SendQueue) => {
    const done = queue.shift()
    if (done.length === 0) return
    buffer.acked(done.map(({ reading }) => reading))
    if (buffer.stats().unacked === 0) events.emit('drained')
  }

  const sizeOf = ({ bytes }: Entry): number => bytes + MESSAGE_OVERHEAD

  const sendFrom = (queue: SendQueue, max: number, maxBytes: number) => {
    if (limits === null || queue.inFlight !== null || max < 1) return
    const wait = queue.waitMs(mono())
    if (wait > 0) {
      if (queue.entries.length > 0) timer.within(wait)
      return
    }
    for (const entry of queue.entries) {
      if (!entry.done && entry.bytes > limits.max_payload) {
        giveUp(
          entry,
          'MOT_DSM_PAYLOAD_TOO_LARGE',
          `Payload has ${entry.bytes} bytes, the maximum is ${limits.max_payload}`
        )
      }
    }
    release(queue)
    const frameBytes = Math.min(maxBytes, (limits.max_frame ?? limits.max_payload) - MESSAGE_OVERHEAD)
    const chosen = queue.peek(single > 0 ? 1 : Math.min(max, MAX_BATCH_FRAME), frameBytes, sizeOf)
    if (chosen.length === 0 || !connection.send(encodeFrame(chosen, anchorOf))) return
    counts.sent += chosen.length
    if (queue === backlog) pacer.sent(chosen.length, mono())
    queue.sent(chosen, mono())
    timer.within(ANSWER_TIMEOUT_MS)
  }

  const fillBacklog = () => {
    if (backlog.inFlight !== null || backlog.entries.length > 0 || limits === null) return
    const wait = pacer.waitMs(mono())
    if (wait > 0) {
      if (buffer.stats().waiting > 0) timer.within(wait)
      return
    }
    for (const reading of buffer.backlog.next(pacer.batch, MAX_BACKLOG_BYTES)) backlog.add(createEntry(reading))
  }

  const pump = () => {
    if (limits === null) return
    const overdue = queues.some(({ inFlight }) => inFlight !== null && mono() - inFlight.sentMono >= ANSWER_TIMEOUT_MS)
    if (overdue) {
      connection.restart('No answer from the platform in time')
      return
    }
    if (inFlight() > 0) timer.within(ANSWER_TIMEOUT_MS)
    sendFrom(live, limits.max_in_flight - inFlight(), MAX_LIVE_BYTES)
    fillBacklog()
    const reserved =
      live.entries.length > 0 || limits.max_in_flight > 1 ? Math.ceil(limits.max_in_flight * LIVE_SHARE) : 0
    sendFrom(backlog, limits.max_in_flight - Math.max(reserved, live.inFlight?.entries.length ?? 0), MAX_BACKLOG_BYTES)
  }

  const settle = (queue: SendQueue, outcomes: readonly Outcome[], receivedMono: number) => {
    const frame = queue.inFlight!
    const roundTrip = receivedMono - frame.sentMono
    if (queue === backlog) pacer.answered(roundTrip)
    queue.settle(outcomes, receivedMono)
    for (const [i, { reading }] of frame.entries.entries()) {
      const outcome = outcomes[i]
      if (outcome?.kind === 'kept') {
        counts.acked++
        if (outcome.position.duplicate) counts.repeats++
        events.emit('ack', reading, outcome.position)
      } else if (outcome?.kind === 'refused') {
        counts.refused++
        events.emit('refused', reading, outcome.code, outcome.message)
      } else counts.retried++
    }
    const last = outcomes.at(-1)
    if (
      last?.kind === 'kept' &&
      last.receivedAt !== undefined &&
      clock.observe(Date.parse(last.receivedAt), frame.sentMono, receivedMono)
    ) { buffer.setAnchor(clock.anchor!) }
    if (outcomes.some(({ kind }) => kind === 'kept')) connection.confirm()
    if (single > 0) single--
    release(queue)
    pump()
  }

  const refuseFrame = (
    queue: SendQueue | undefined,
    outcome: Outcome,
    code: string,
    message: string,
    receivedMono: number
  ) => {
    if (queue === undefined) {
      connection.restart(`Error from the platform: ${code}: ${message}`)
      return
    }
    const { entries } = queue.inFlight!
    if (outcome.kind === 'refused' && entries.length > 1) {
      single = entries.length
      settle(queue, entries.map(() => ({ kind: 'retry', afterMs: 0, code, message })), receivedMono)
    } else settle(queue, entries.map(() => outcome), receivedMono)
  }

  return {
    events,
    counts,
    get liveReady () {
      if (limits === null || live.entries.length >= MAX_LIVE || live.waitMs(mono()) > 0) return false
      const first = live.entries[0]
      return first === undefined || mono() - first.reading.mono < MAX_LIVE_AGE_MS
    },
    addLive: reading => {
      live.add(createEntry(reading))
      pump()
    },
    pump,
    online: welcome => {
      limits = welcome
      pacer = createBatchPacer(drainRate(), MAX_BATCH_FRAME)
      pump()
    },
    offline: () => {
      limits = null
      for (const queue of queues) queue.reset()
      timer.cancel()
    },
    frame: (frame, receivedMono) => {
      if (frame.type === 'authenticated') return
      if (frame.type === 'error') {
        if (frame.seq === undefined && isTokenCode(frame.code)) {
          connection.restart('Token rejected', frame.code)
        } else {
          refuseFrame(
            findInFlight(queues, frame.seq, frame.seq === undefined ? null : 1) ??
              findInFlight(queues, undefined, null),
            outcomeOfError(frame),
            frame.code,
            frame.message,
            receivedMono
          )
        }
        return
      }
      const outcomes = 'acks' in frame ? frame.acks.map(outcomeOfEntry) : [outcomeOfAck(frame)]
      const first = 'acks' in frame ? frame.acks[0] : frame
      const seq = first === undefined ? undefined : 'error' in first ? first.error.seq : first.seq
      const queue = findInFlight(queues, seq, outcomes.length)
      if (queue === undefined) connection.restart('Unexpected ack from the platform')
      else settle(queue, outcomes, receivedMono)
    },
    close: () => {
      timer.cancel()
      limits = null
    }
  }
}
