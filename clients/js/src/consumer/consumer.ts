import type { ConsumerServerFrame, Envelope, Position } from '@motience/schemas'
import { createBackoff } from '../session/backoff.js'
import { parseRetryAfter, RestError } from '../session/rest.js'
import { createKeySession } from '../session/key-session.js'
import { createTokenSession } from '../session/tokens.js'
import { checkUrl } from '../session/url-fault.js'
import { wait } from '../time/wait.js'
import { runtime } from '#consumer-runtime'
import { afterEnd, endBeforeConnecting } from './connection-end.js'
import { HistoryBackfill } from './history-backfill.js'
import { Emitter } from './emitter.js'
import { FrameRouter } from './frame-router.js'
import { Connection, type ConnectionEnd } from './connection.js'
import { PositionTracker } from './position-tracker.js'
import { memoryPositions } from './position-stores.js'
import { MessageQueue } from './message-queue.js'
import {
  ConsumerStoppedError, type ConsumerEvents, type ConsumerOptions, type ConsumerState, type StateChange,
  type TokenSource
} from './types.js'

/** A connection that lasts this long resets the back-off. */
const STABLE_MS = 5000

/**
 * Receives a consumer's messages, each once and in order per producer, and reconnects whenever a connection is lost.
 *
 * Read the messages with `for await (const envelope of consumer)` or with `on('data', …)`. A loop that is slower than
 * the stream fills a buffer of `maxBuffered` messages. Node then stops reading the socket; a browser, which can't,
 * closes the connection. Either way the platform's log holds the rest, within its limits, and the consumer resumes from
 * there. The loop ends when the consumer is closed, and throws if it stops for another reason: a wrong password
 * (`RestError`) or a disabled account (`ConsumerStoppedError`). A position is saved once the loop requests the next
 * message or, without a loop, once the listeners have returned.
 */
export class Consumer extends Emitter<ConsumerEvents> implements AsyncIterable<Envelope> {
  readonly #options: ConsumerOptions
  readonly #tokens: TokenSource
  readonly #positions: PositionTracker
  readonly #router: FrameRouter
  readonly #backfill: HistoryBackfill
  readonly #abort = new AbortController()
  readonly #ownTokens: { close (): void } | null = null
  #state: ConsumerState = 'connecting'
  #connection: Connection | null = null
  #welcomed = false
  #token = ''
  #queue: MessageQueue | null = null
  /** Why it stopped; null if it was closed. */
  #failure: Error | null = null
  readonly #running: Promise<void>

  constructor (options: ConsumerOptions) {
    super()
    this.#options = options
    checkUrl('url', options.url, 'ws')
    if (options.history !== undefined) checkUrl('history', options.history, 'http')
    if (options.tokens === undefined) {
      const { authUrl, username, password, key } = options
      this.#tokens = this.#ownTokens =
        key === undefined ? createTokenSession({ authUrl, username, password }) : createKeySession(key)
    } else this.#tokens = options.tokens
    this.#positions = new PositionTracker(options.positions ?? memoryPositions(), error => {
      this.emit('error', error as Error)
    })
    this.#backfill = new HistoryBackfill({
      tokens: this.#tokens,
      fetch: options.fetch ?? ((url, init) => fetch(url, init)),
      signal: this.#abort.signal,
      writable: () => this.#drained(),
      ...options.backoff === undefined ? {} : { backoff: options.backoff }
    })
    this.#router = new FrameRouter({
      options: {
        history: options.history !== undefined,
        sparse: options.slow === 'latest',
        maxHeld: options.maxHeld ?? 10_000
      },
      positions: this.#positions,
      emit: (event, value) => { this.emit(event, value) },
      deliver: envelope => { this.#deliver(envelope) },
      send: frame => { this.#connection?.send(frame) },
      reconnect: () => { this.#connection?.drop(1000, 'Too many messages while reading history') },
      backfill: (producerId, after, before) => {
        const stream = this.#router.stream(producerId)
        if (stream === undefined || this.#options.history === undefined) return
        this.#backfill
          .run(this.#options.history, producerId, after, before, envelope => {
            stream.backfillMessage(envelope)
          })
          .then(report => {
            if (this.#abort.signal.aborted || this.#router.stream(producerId) !== stream) return
            this.emit('history', report)
            stream.backfillDone()
          })
      }
    })
    const offRenewed = this.#tokens.onRenewed(({ token }) => {
      this.#token = token
      if (this.#welcomed) this.#connection?.authenticate(token)
    })
    // Deferred, so that listeners can be added before the first event.
    this.#running = Promise.resolve().then(() => this.#run())
      .catch((error: unknown) => { this.#stop(error as Error, 'Failed to start') })
      .finally(() => {
        offRenewed()
        this.#ownTokens?.close()
        this.#queue?.end(this.#failure)
      })
      .then(() => this.#positions.flush())
  }

  get state (): ConsumerState { return this.#state }

  /** Position of the application with each producer. */
  positions (): Position[] { return this.#positions.all() }

  [Symbol.asyncIterator] (): AsyncIterableIterator<Envelope> {
    if (this.#queue === null) {
      this.#queue = new MessageQueue({
        max: this.#options.maxBuffered ?? 1000,
        onFull: () => { this.#pause() },
        onDrained: () => { this.#resume() },
        onDone: envelope => { this.#positions.advance(envelope.producer_id, envelope) }
      })
      if (this.#state === 'stopped') this.#queue.end(this.#failure)
    }
    return this.#queue
  }

  /** Closes the connection and saves the positions. */
  async close (): Promise<void> {
    this.#stop(null, 'Closed')
    await this.#running
  }

  async #run (): Promise<void> {
    const backoff = createBackoff(this.#options.backoff)
    const WebSocket = this.#options.WebSocket ?? runtime.WebSocket
    if (WebSocket === null) throw new TypeError('No WebSocket in this environment: set the option `WebSocket`')
    await this.#positions.load()
    while (!this.#abort.signal.aborted) {
      this.#change({ state: 'connecting' })
      const end = await this.#attempt(WebSocket, backoff.failures)
      if (this.#abort.signal.aborted) break
      if (end.openMs !== null && end.openMs >= STABLE_MS) backoff.reset()
      if (this.#queue?.full === true) await this.#drained()
      else {
        const retryInMs = backoff.next(parseRetryAfter(end.retryAfter) ?? 0)
        this.#change({ state: 'waiting', code: end.code, reason: end.reason, retryInMs })
        await wait(retryInMs, this.#abort.signal)
      }
    }
  }

  /** One attempt: gets a token, connects, and waits for the end of the connection. */
  async #attempt (WebSocket: NonNullable<ConsumerOptions['WebSocket']>, failures: number): Promise<ConnectionEnd> {
    try {
      this.#token = (await this.#tokens.get()).token
    } catch (error) {
      if (error instanceof RestError && error.final) this.#stop(error, error.message)
      else this.emit('error', error as Error)
      return endBeforeConnecting(error)
    }
    if (this.#abort.signal.aborted) return endBeforeConnecting(null)
    const token = this.#token
    this.#connection = new Connection({
      WebSocket,
      url: consumerUrl(this.#options),
      token,
      connectTimeoutMs: this.#options.connectTimeoutMs ?? 10_000,
      currentToken: () => this.#token,
      onWelcome: frame => { this.#welcome(frame) },
      onFrame: frame => { this.#router.frame(frame) }
    })
    const end = await this.#connection.ended
    this.#connection = null
    this.#welcomed = false
    this.#router.disconnected()
    const next = afterEnd(end, failures)
    if (next === 'login') {
      // After 4001 a key may still be good, as after a rename; one that is refused at the upgrade is not.
      if (this.#tokens.isKey !== true || end.status === 401) this.#tokens.invalidate(token)
    } else if (next === 'stop') {
      this.#stop(new ConsumerStoppedError(end.reason || `Closed with ${end.code}`), end.reason, end.code)
    }
    return end
  }

  #welcome (frame: Extract<ConsumerServerFrame, { type: 'welcome' }>): void {
    this.#welcomed = true
    this.#router.welcome(frame)
    this.#change({ state: 'open' })
  }

  #deliver (envelope: Envelope): void {
    this.emit('data', envelope)
    if (this.#queue === null) this.#positions.advance(envelope.producer_id, envelope)
    else this.#queue.push(envelope)
  }

  #pause (): void {
    if (this.#connection === null) return
    this.#change({ state: 'paused', reason: 'The loop is slower than the stream' })
    if (!this.#connection.pause()) this.#connection.drop(1000, 'The buffer is full')
  }

  #resume (): void {
    if (this.#connection === null) return
    this.#connection.resume()
    this.#change({ state: 'open' })
  }

  /** Resolves once the loop's buffer has room. */
  async #drained (): Promise<void> { await this.#queue?.drained(this.#abort.signal) }

  #change ({
    state, code = null, reason = '', retryInMs = null
  }: Partial<StateChange> & { state: ConsumerState }): void {
    if (this.#state === 'stopped') return
    this.#state = state
    this.emit('state', { state, code, reason, retryInMs })
  }

  #stop (error: Error | null, reason: string, code: number | null = null): void {
    if (this.#abort.signal.aborted) return
    this.#failure = error
    this.#change({ state: 'stopped', reason, code })
    this.#abort.abort(error ?? new ConsumerStoppedError(reason))
    this.#connection?.drop(1000, 'Closed')
    if (error !== null) this.emit('error', error)
  }
}

const consumerUrl = ({ url, slow }: ConsumerOptions): string => {
  const resuming = new URL(url)
  resuming.searchParams.set('resume', 'true')
  if (slow !== undefined) resuming.searchParams.set('slow', slow)
  return resuming.href
}

/**
 * Connects a consumer; see `Consumer`. It retries whatever fails, until its state is `stopped`. Throws `TypeError` if a
 * URL is not usable.
 */
export const createConsumer = (options: ConsumerOptions): Consumer => new Consumer(options)
