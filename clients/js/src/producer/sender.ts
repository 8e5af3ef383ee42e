import { EventEmitter } from 'node:events'
import { MAX_BATCH_FRAME, type ProducerWelcomeFrame } from '@motience/schemas'
import type { ReadingBuffer } from '../buffer/buffer.js'
import type { Reading } from '../buffer/record.js'
import type { BackoffOptions } from '../session/backoff.js'
import type { ServerClock } from '../time/clock.js'
import { createSendQueue, type SendQueue } from './send-queue.js'
import type { Connection } from './connection.js'
import {
  isTokenCode, outcomeOfAck, outcomeOfEntry, outcomeOfError, type Outcome, type AckedPosition
} from './outcome.js'
import { createPace, type Pace } from './pace.js'
import { createEntry, encodeFrame, MESSAGE_OVERHEAD, type Entry, type ServerFrame } from './protocol.js'

/** Live readings that may wait in memory for their ack; past it new ones go to the backlog. */
const MAX_LIVE = 256
/** A live reading that waits longer than this makes the next ones backlog. */
const LIVE_PATIENCE_MS = 1000
/** A frame without an answer for so long is taken for a dead connection. */
const ANSWER_TIMEOUT_MS = 30_000
/** Largest frame of a backlog: what a slow line carries before a live reading would be late. */
const MAX_BACKLOG_BYTES = 128 * 1024
const MAX_LIVE_BYTES = 512 * 1024
/** Share of `max_in_flight` that a backlog leaves to live readings. */
const LIVE_SHARE = 0.5

/** What was done with readings since the start. */
export interface SenderCounts { sent: number, acked: number, repeats: number, refused: number, retried: number }

export interface SenderEvents {
  /** A reading is kept by the platform. */
  ack: [reading: Reading, place: AckedPosition]
  /** A reading was refused for good, and is given up. */
  refused: [reading: Reading, code: string, message: string]
  /** Everything is acked. */
  drained: []
}

export interface SenderOptions {
  buffer: ReadingBuffer
  link: Connection
  clock: ServerClock
  mono: () => number
  /** Most readings a second of a backlog. */
  drainRate: () => number
  backoff?: BackoffOptions
}

/** Brings readings from the buffer to the platform, live ones first. */
export interface Sender {
  readonly events: EventEmitter<SenderEvents>
  readonly counts: Readonly<SenderCounts>
  /** Whether a reading that is taken now can be sent as it is taken. */
  readonly liveReady: boolean
  /** A live reading was stored. */
  addLive (reading: Reading): void
  /** Sends what can be sent. Called after each change; harmless at any time. */
  pump (): void
  online (welcome: ProducerWelcomeFrame): void
  offline (): void
  frame (frame: Exclude<ServerFrame, ProducerWelcomeFrame>, receivedMono: number): void
  close (): void
}

export const createSender = ({ buffer, link, clock, mono, drainRate, backoff }: SenderOptions): Sender => {
  const events = new EventEmitter<SenderEvents>()
  const counts: SenderCounts = { sent: 0, acked: 0, repeats: 0, refused: 0, retried: 0 }
  const live = createSendQueue(backoff)
  const backlog = createSendQueue(backoff)
  const lanes = [live, backlog]
  let limits: ProducerWelcomeFrame | null = null
  let pace: Pace = createPace(drainRate(), MAX_BATCH_FRAME)
  let timer: NodeJS.Timeout | null = null
  let wakeAt = Infinity
  /** After a frame was refused as a whole, readings go one by one, until the bad one is found. */
  let single = 0

  const anchorOf = (boot: string): number | null => buffer.anchorOf(boot)
  const inFlight = (): number => lanes.reduce((sum, { inFlight }) => sum + (inFlight?.entries.length ?? 0), 0)

  const sleep = () => {
    if (timer !== null) clearTimeout(timer)
    timer = null
    wakeAt = Infinity
  }

  /** One timer, for whatever has to be looked at soonest. */
  const wake = (ms: number) => {
    const at = mono() + ms
    if (at >= wakeAt) return
    sleep()
    wakeAt = at
    timer = setTimeout(() => {
      sleep()
      pump()
    }, Math.ceil(ms))
  }

  const giveUp = (entry: Entry, code: string, message: string) => {
    entry.done = true
    counts.refused++
    events.emit('refused', entry.reading, code, message)
  }

  /** Forgets what is done, in order. */
  const release = (lane: SendQueue) => {
    const done = lane.shift()
    if (done.length === 0) return
    buffer.acked(done.map(({ reading }) => reading))
    if (buffer.stats().unacked === 0) events.emit('drained')
  }

  const sizeOf = ({ bytes }: Entry): number => bytes + MESSAGE_OVERHEAD

  const sendFrom = (lane: SendQueue, max: number, maxBytes: number) => {
    if (limits === null || lane.inFlight !== null || max < 1) return
    const wait = lane.waitMs(mono())
    if (wait > 0) {
      if (lane.entries.length > 0) wake(wait)
      return
    }
    for (const entry of lane.entries) {
      if (!entry.done && entry.bytes > limits.max_payload) {
        giveUp(
          entry,
          'MOT_DSM_PAYLOAD_TOO_LARGE',
          `The payload has ${entry.bytes} bytes, of ${limits.max_payload} allowed`
        )
      }
    }
    release(lane)
    const frameBytes = Math.min(maxBytes, (limits.max_frame ?? limits.max_payload) - MESSAGE_OVERHEAD)
    const chosen = lane.peek(single > 0 ? 1 : Math.min(max, MAX_BATCH_FRAME), frameBytes, sizeOf)
    if (chosen.length === 0 || !link.send(encodeFrame(chosen, anchorOf))) return
    counts.sent += chosen.length
    if (lane === backlog) pace.sent(chosen.length, mono())
    lane.sent(chosen, mono())
    wake(ANSWER_TIMEOUT_MS)
  }

  const fillBacklog = () => {
    if (backlog.inFlight !== null || backlog.entries.length > 0 || limits === null) return
    const wait = pace.waitMs(mono())
    if (wait > 0) {
      if (buffer.stats().waiting > 0) wake(wait)
      return
    }
    for (const reading of buffer.backlog.next(pace.batch, MAX_BACKLOG_BYTES)) backlog.add(createEntry(reading))
  }

  const pump = () => {
    if (limits === null) return
    const overdue = lanes.some(({ inFlight }) => inFlight !== null && mono() - inFlight.sentMono >= ANSWER_TIMEOUT_MS)
    if (overdue) {
      link.restart('The platform did not answer in time')
      return
    }
    if (inFlight() > 0) wake(ANSWER_TIMEOUT_MS)
    sendFrom(live, limits.max_in_flight - inFlight(), MAX_LIVE_BYTES)
    fillBacklog()
    const reserved =
      live.entries.length > 0 || limits.max_in_flight > 1 ? Math.ceil(limits.max_in_flight * LIVE_SHARE) : 0
    sendFrom(backlog, limits.max_in_flight - Math.max(reserved, live.inFlight?.entries.length ?? 0), MAX_BACKLOG_BYTES)
  }

  const settle = (lane: SendQueue, outcomes: readonly Outcome[], receivedMono: number) => {
    const frame = lane.inFlight!
    const roundTrip = receivedMono - frame.sentMono
    if (lane === backlog) pace.answered(roundTrip)
    lane.settle(outcomes, receivedMono)
    for (const [i, { reading }] of frame.entries.entries()) {
      const outcome = outcomes[i]
      if (outcome?.kind === 'kept') {
        counts.acked++
        if (outcome.place.duplicate) counts.repeats++
        events.emit('ack', reading, outcome.place)
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
    if (outcomes.some(({ kind }) => kind === 'kept')) link.confirm()
    if (single > 0) single--
    release(lane)
    pump()
  }

  /** The lane whose frame in flight holds a reading; without a number the only one that has a frame in flight. */
  const laneOf = (seq: number | undefined, size: number | null): SendQueue | undefined => {
    const waiting = lanes.filter(
      ({ inFlight }) => inFlight !== null && (size === null || inFlight.entries.length === size)
    )
    if (seq === undefined) return waiting.length === 1 ? waiting[0] : undefined
    return waiting.find(({ inFlight }) => inFlight!.entries.some(({ reading }) => reading.n === seq))
  }

  const refuseFrame = (
    lane: SendQueue | undefined,
    outcome: Outcome,
    code: string,
    message: string,
    receivedMono: number
  ) => {
    if (lane === undefined) {
      link.restart(`The platform answered with ${code}: ${message}`)
      return
    }
    const { entries } = lane.inFlight!
    if (outcome.kind === 'refused' && entries.length > 1) {
      single = entries.length
      settle(lane, entries.map(() => ({ kind: 'retry', afterMs: 0, code, message })), receivedMono)
    } else settle(lane, entries.map(() => outcome), receivedMono)
  }

  return {
    events,
    counts,
    get liveReady () {
      if (limits === null || live.entries.length >= MAX_LIVE || live.waitMs(mono()) > 0) return false
      const first = live.entries[0]
      return first === undefined || mono() - first.reading.mono < LIVE_PATIENCE_MS
    },
    addLive: reading => {
      live.add(createEntry(reading))
      pump()
    },
    pump,
    online: welcome => {
      limits = welcome
      pace = createPace(drainRate(), MAX_BATCH_FRAME)
      pump()
    },
    offline: () => {
      limits = null
      for (const lane of lanes) lane.reset()
      sleep()
    },
    frame: (frame, receivedMono) => {
      if (frame.type === 'authenticated') return
      if (frame.type === 'error') {
        if (frame.seq === undefined && isTokenCode(frame.code)) { link.restart('The platform refused the token', frame.code) } else {
          refuseFrame(
            laneOf(frame.seq, frame.seq === undefined ? null : 1) ?? laneOf(undefined, null),
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
      const lane = laneOf(seq, outcomes.length)
      if (lane === undefined) link.restart('The platform acked what was not sent')
      else settle(lane, outcomes, receivedMono)
    },
    close: () => {
      sleep()
      limits = null
    }
  }
}
