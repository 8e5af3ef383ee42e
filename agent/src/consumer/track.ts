import type { Envelope, GapFrame, ResumedFrame } from '@motience/schemas'
import { Held } from './held.js'
import { comparePlaces, follows, placeOf, type Place } from './place.js'

/** What a track asks of whoever owns it. */
export interface TrackSink {
  /** The next message, in order, once. */
  deliver (envelope: Envelope): void
  /** Messages between two places are missing and nobody has them, or nobody is to be asked. */
  gap (gap: { epoch: number, from: number, to: number, reason: string }): void
  /** Get what lies between two places, both excluded, from history: `bridgeItem` for each, then `bridgeDone`. */
  bridge (after: Place, before: Place): void
  /** Ask the server for everything after this place. */
  resume (after: Place): void
  /** The platform's log is behind what was seen: it is another one. Start again from here. */
  reset (place: Place): void
}

export interface TrackOptions {
  /** Whether `bridge` may be asked for. */
  history: boolean
  /** Whether holes are what the server was asked for (`slow: 'latest'`). */
  sparse: boolean
  /** Most messages held back while something before them is awaited. */
  maxHeld: number
}

type Mode = 'offline' | 'live' | 'resuming' | 'bridging'

/**
 * One producer's messages, put in order: each place once, whatever comes from the live stream, a replay or history.
 *
 * While a replay is awaited or history is read, what does not follow directly is held back. Past `maxHeld` it is
 * dropped, and the server is asked to replay it afterwards: memory stays bounded and nothing is lost.
 */
export class Track {
  #mode: Mode = 'offline'
  #place: Place | null = null
  #held: Held
  #target: Place | null = null

  constructor (private readonly sink: TrackSink, private readonly options: TrackOptions) {
    this.#held = new Held(options.maxHeld)
  }

  /** Newest place that was delivered or passed; null before the first. */
  get place (): Place | null { return this.#place }

  /** Takes up from a place that was kept. */
  restore (place: Place): void {
    this.#place = placeOf(place)
  }

  /** The connection is up and live data follows `head`. True if the server has to be asked for what came before. */
  connected (head: Place): boolean {
    if (this.#mode === 'bridging') return false
    this.#held.clear()
    this.#place ??= placeOf(head)
    this.#mode = comparePlaces(this.#place, head) === 0 ? 'live' : 'resuming'
    return this.#mode === 'resuming'
  }

  /** The connection is gone. What was held comes again. */
  disconnected (): void {
    if (this.#mode === 'bridging') this.#held.overflow()
    else {
      this.#mode = 'offline'
      this.#held.clear()
    }
  }

  data (envelope: Envelope): void {
    const place = this.#place
    if (place === null) {
      this.#deliver(envelope)
      return
    }
    if (comparePlaces(envelope, place) <= 0) return
    if (this.#mode === 'bridging') this.#held.add(envelope)
    else if (follows(place, envelope) || this.options.sparse) {
      this.#deliver(envelope)
      if (this.#held.size > 0) this.#drain()
    } else if (this.#mode === 'resuming') this.#held.add(envelope)
    else this.#hole(envelope)
  }

  /** The server is through with a replay, or has opened a new epoch. */
  resumed (frame: ResumedFrame): void {
    if (this.#mode === 'bridging') return
    const start = { epoch: frame.epoch, offset: frame.from }
    const before = { epoch: frame.epoch, offset: Math.max(0, frame.from - 1) }
    const end = { epoch: frame.epoch, offset: frame.to }
    if (this.#place === null || (!frame.recovered && comparePlaces(end, this.#place) < 0)) this.#restart(end)
    else if (!frame.recovered && this.options.history && comparePlaces(this.#place, before) < 0) {
      this.#bridge(start)
      return
    } else if (comparePlaces(this.#place, before) < 0) this.#place = before
    this.#goLive()
  }

  /** The server has dropped messages for want of speed. */
  gap (frame: GapFrame): void {
    const end = { epoch: frame.epoch, offset: frame.to }
    if (this.#mode === 'bridging' || (this.#place !== null && comparePlaces(end, this.#place) <= 0)) return
    this.#place = end
    this.sink.gap({ epoch: frame.epoch, from: frame.from, to: frame.to, reason: frame.reason })
    this.#drain()
  }

  /** Access has ended, so that neither a replay nor history will come: what is held is delivered, and gaps told. */
  end (): void {
    this.#mode = 'offline'
    this.#target = null
    for (const envelope of this.#held.take()) {
      if (this.#place === null || comparePlaces(envelope, this.#place) > 0) this.#afterGap(envelope)
    }
  }

  /** One message from history. */
  bridgeItem (envelope: Envelope): void {
    if (this.#mode !== 'bridging' || this.#target === null || comparePlaces(envelope, this.#target) >= 0) return
    if (this.#place === null || comparePlaces(envelope, this.#place) > 0) this.#deliver(envelope)
  }

  /** History has given what it has; what was held follows. */
  bridgeDone (connected: boolean): void {
    if (this.#mode !== 'bridging' || this.#target === null) return
    const before = { epoch: this.#target.epoch, offset: Math.max(0, this.#target.offset - 1) }
    if (this.#place === null || comparePlaces(this.#place, before) < 0) this.#place = before
    this.#target = null
    if (!connected) {
      this.#mode = 'offline'
      this.#held.clear()
    } else this.#goLive()
  }

  #deliver (envelope: Envelope): void {
    this.#place = placeOf(envelope)
    this.sink.deliver(envelope)
  }

  #restart (place: Place): void {
    this.#place = placeOf(place)
    this.#held.clear()
    this.sink.reset(place)
  }

  #bridge (before: Place): void {
    this.#mode = 'bridging'
    this.#target = placeOf(before)
    this.sink.bridge(this.#place ?? { epoch: 0, offset: 0 }, before)
  }

  /** A live message that does not follow, of which the server has said nothing. */
  #hole (envelope: Envelope): void {
    if (this.options.history) {
      this.#held.add(envelope)
      this.#bridge(envelope)
      return
    }
    this.#afterGap(envelope)
  }

  #afterGap (envelope: Envelope): void {
    const from = envelope.epoch === this.#place?.epoch ? this.#place.offset + 1 : 1
    if (envelope.offset > from && !this.options.sparse) this.sink.gap({ epoch: envelope.epoch, from, to: envelope.offset - 1, reason: 'not announced' })
    this.#deliver(envelope)
  }

  #goLive (): void {
    if (this.#held.overflowed && this.#place !== null) {
      this.#held.clear()
      this.#mode = 'resuming'
      this.sink.resume(this.#place)
      return
    }
    this.#mode = 'live'
    for (const envelope of this.#held.take()) this.data(envelope)
  }

  /** Delivers what is held for as long as it follows. */
  #drain (): void {
    for (;;) {
      const next = this.#place === null ? null : this.#held.takeNext(this.#place)
      if (next === null) return
      this.#deliver(next)
    }
  }
}
