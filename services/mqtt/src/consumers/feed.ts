import { createBackoff, type Logger } from '@motience/kit'
import {
  afterClose, closeCodes, MAX_RESUME_POSITIONS, type ConsumerServerFrame, type ConsumerWelcomeFrame, type Position
} from '@motience/schemas'
import { WebSocket } from 'ws'
import { reasons, type ReasonCode } from '../wire/reasons.js'

/** Frames other than `welcome`, and envelopes, which are passed on as text. */
export type FeedFrame = Exclude<ConsumerServerFrame, ConsumerWelcomeFrame | { type: 'data' }>

/** What a feed tells its consumer. */
export interface FeedHandlers {
  /** The grants and positions at the start; returns the positions to resume from. */
  welcome (frame: ConsumerWelcomeFrame): Position[]
  data (text: string): void
  frame (frame: FeedFrame): void
  /** WSS2 refuses to serve the consumer. */
  refused (reason: ReasonCode): void
  /** An error of ours. */
  failed (error: unknown): void
}

export interface FeedOptions { url: string, credential: string, logger: Logger, handlers: FeedHandlers }

const DATA_PREFIX = '{"type":"data"'

/** Delays between attempts to connect, in milliseconds. */
const delays = { minMs: 100, maxMs: 5_000 }

/** Maximum time until the welcome, in milliseconds. */
const WELCOME_MS = 10_000

/** Heartbeats of WSS2 after which a silent connection is dropped. */
const SILENT_HEARTBEATS = 2.5

/** The reason for a close code or an HTTP status after which connecting again would not help; null if it may. */
const reasonOfClose = (code: number): ReasonCode | null => {
  if (code === closeCodes.tooSlow || code === closeCodes.tooMany) return reasons.quotaExceeded
  return afterClose(code) === 'reconnect' ? null : reasons.notAuthorized
}

const reasonOfStatus = (status: number): ReasonCode | null => {
  if (status === 401 || status === 403) return reasons.notAuthorized
  return status === 429 ? reasons.quotaExceeded : null
}

/**
 * One consumer's connection to WSS2, with the consumer's own credential: what it may read, revocations, replay and the
 * policy for slow consumers are WSS2's. A connection that is lost is opened again and resumes.
 */
export class Feed {
  readonly #options: FeedOptions
  readonly #backoff = createBackoff(delays)
  #ws: WebSocket | null = null
  #timer: NodeJS.Timeout | undefined
  #silentMs = 0
  #paused = false
  #closed = false

  constructor (options: FeedOptions) {
    this.#options = options
    this.#connect()
  }

  pause (): void {
    this.#paused = true
    if (this.#silentMs > 0) clearTimeout(this.#timer)
    this.#ws?.pause()
  }

  resume (): void {
    this.#paused = false
    this.#ws?.resume()
    if (this.#silentMs > 0) this.#heard()
  }

  close (): void {
    this.#closed = true
    clearTimeout(this.#timer)
    this.#ws?.terminate()
  }

  #connect (): void {
    const { url, credential } = this.#options
    const target = new URL(url)
    target.searchParams.set('resume', 'true')
    const ws = new WebSocket(target, {
      headers: { authorization: `Bearer ${credential}` },
      perMessageDeflate: false,
      handshakeTimeout: WELCOME_MS
    })
    this.#ws = ws
    this.#silentMs = 0
    let refusal: ReasonCode | null = null
    this.#timer = setTimeout(() => { ws.terminate() }, WELCOME_MS)
    this.#timer.unref()
    ws.on('message', (data: Buffer) => {
      if (ws !== this.#ws || this.#closed) return
      this.#heard()
      try {
        this.#receive(ws, data.toString('utf8'))
      } catch (error) {
        this.close()
        this.#options.handlers.failed(error)
      }
    })
    ws.on('ping', () => { this.#heard() })
    ws.on('unexpected-response', (_request, response) => {
      refusal = reasonOfStatus(response.statusCode ?? 0)
      response.destroy()
      ws.terminate()
    })
    ws.on('error', () => {})
    ws.on('close', code => {
      if (ws !== this.#ws || this.#closed) return
      clearTimeout(this.#timer)
      const reason = refusal ?? reasonOfClose(code)
      if (reason === null) {
        this.#retry(code)
        return
      }
      this.#closed = true
      this.#options.handlers.refused(reason)
    })
  }

  #retry (code: number): void {
    const delayMs = this.#backoff.next()
    if (this.#backoff.failures === 1) this.#options.logger.info({ code }, 'WSS2 connection lost, reconnecting')
    this.#silentMs = 0
    this.#timer = setTimeout(() => { this.#connect() }, delayMs)
    this.#timer.unref()
  }

  #receive (ws: WebSocket, text: string): void {
    const { handlers } = this.#options
    if (text.startsWith(DATA_PREFIX)) {
      handlers.data(text)
      return
    }
    const frame = JSON.parse(text) as Exclude<ConsumerServerFrame, { type: 'data' }>
    if (frame.type !== 'welcome') {
      handlers.frame(frame)
      return
    }
    this.#backoff.reset()
    this.#silentMs = frame.heartbeat_ms * SILENT_HEARTBEATS
    const positions = handlers.welcome(frame)
    for (let from = 0; from === 0 || from < positions.length; from += MAX_RESUME_POSITIONS) {
      const more = from + MAX_RESUME_POSITIONS < positions.length
      ws.send(JSON.stringify({
        type: 'resume', positions: positions.slice(from, from + MAX_RESUME_POSITIONS), ...(more ? { more } : {})
      }))
    }
    if (this.#paused) ws.pause()
    else this.#heard()
  }

  /** The connection lives; without another sign of it in time, it is dropped and opened again. */
  #heard (): void {
    if (this.#silentMs === 0 || this.#paused) return
    clearTimeout(this.#timer)
    const ws = this.#ws
    this.#timer = setTimeout(() => { ws?.terminate() }, this.#silentMs)
    this.#timer.unref()
  }
}
