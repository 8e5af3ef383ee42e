import { setTimeout as pause } from 'node:timers/promises'
import type { ConsumerServerFrame, Envelope, LogPosition } from '@motience/schemas'
import { MAX_RESUME_POSITIONS } from '@motience/schemas/protocol'
import { WebSocket } from 'ws'

export interface RawConsumerOptions {
  /** WSS2, such as `ws://127.0.0.1:8002/consumer`. */
  url: string
  /** Called before each connection. */
  token: () => string | Promise<string>
  onMessage: (envelope: Envelope) => void
  /** Reads what lies between two positions, both excluded; without it lost messages are only counted. */
  history?: (producerId: number, after: LogPosition, before: LogPosition) => Promise<Envelope[]>
  /** Called for each welcome, and for each connection that ended. */
  onConnected?: () => void
  onEnded?: () => void
  /** Maximum milliseconds between two connections. */
  reconnectMs?: number
}

/** Protocol violations that a raw consumer saw, which have to be 0, and counts of what it received. */
export interface RawLedger {
  connections: number
  messages: number
  /** At or before the position, in its epoch. */
  repeats: number
  /** In an older epoch than the position. */
  backwards: number
  /** Not the next one after the position, without a frame that announced it. */
  gaps: number
  /** `recovered: false`, which is no violation. */
  announced: number
}

export interface RawConsumer {
  readonly ledger: RawLedger
  readonly positions: ReadonlyMap<number, LogPosition>
  close (): Promise<void>
}

/**
 * A consumer without a buffer: the algorithm of docs/clients.md and nothing else, one frame after the other. It checks
 * that each message is the next one.
 */
export const startRawConsumer = ({
  url, token, onMessage, history, onConnected, onEnded, reconnectMs = 100
}: RawConsumerOptions): RawConsumer => {
  const positions = new Map<number, LogPosition>()
  const ledger: RawLedger = { connections: 0, messages: 0, repeats: 0, backwards: 0, gaps: 0, announced: 0 }
  let socket: WebSocket | null = null
  const closing = new AbortController()

  const check = ({ producer_id: id, epoch, offset }: LogPosition & { producer_id: number }): void => {
    const at = positions.get(id)
    ledger.messages++
    if (at === undefined) ledger.gaps++
    else if (epoch < at.epoch) ledger.backwards++
    else if (epoch === at.epoch && offset <= at.offset) ledger.repeats++
    else if (offset !== at.offset + 1 && epoch === at.epoch) ledger.gaps++
    else if (epoch !== at.epoch && (at.epoch !== 0 || at.offset !== 0 || offset !== 1)) ledger.gaps++
  }

  const resume = (ws: WebSocket): void => {
    const all = [...positions].map(([id, at]) => ({ producer_id: id, ...at }))
    for (let i = 0; i === 0 || i < all.length; i += MAX_RESUME_POSITIONS) {
      const end = i + MAX_RESUME_POSITIONS
      ws.send(JSON.stringify({ type: 'resume', positions: all.slice(i, end), more: end < all.length }))
    }
  }

  const handle = async (ws: WebSocket, frame: ConsumerServerFrame): Promise<void> => {
    if (frame.type === 'welcome') {
      const active = new Map(frame.subscriptions.map(({ producer_id: id, epoch, offset }) => [id, { epoch, offset }]))
      for (const id of positions.keys()) if (!active.has(id)) positions.delete(id)
      resume(ws)
      for (const [id, at] of active) if (!positions.has(id)) positions.set(id, at)
      onConnected?.()
    } else if (frame.type === 'data') {
      check(frame)
      positions.set(frame.producer_id, { epoch: frame.epoch, offset: frame.offset })
      onMessage(frame)
    } else if (frame.type === 'resumed' || frame.type === 'gap') {
      const id = frame.producer_id
      if (frame.type === 'resumed' && !frame.recovered) {
        ledger.announced++
        // What arrives meanwhile waits in the socket.
        ws.pause()
        const missed = await history?.(id, positions.get(id)!, { epoch: frame.epoch, offset: frame.from })
        for (const envelope of missed ?? []) onMessage(envelope)
        ws.resume()
      }
      positions.set(id, { epoch: frame.epoch, offset: frame.to })
    } else if (frame.type === 'subscribed') {
      positions.set(frame.producer_id, { epoch: frame.epoch, offset: frame.offset })
    } else if (frame.type === 'unsubscribed') {
      positions.delete(frame.producer_id)
    }
  }

  /** One connection; resolves when it has ended and everything received is processed. */
  const connect = async (): Promise<void> => {
    const headers = { authorization: `Bearer ${await token()}` }
    const ws = socket = new WebSocket(`${url}?resume=true`, { headers, perMessageDeflate: false })
    ledger.connections++
    let turn = Promise.resolve()
    ws.on('message', data => {
      const frame = JSON.parse(String(data)) as ConsumerServerFrame
      turn = turn.then(() => handle(ws, frame))
    })
    // An error is followed by `close`.
    ws.on('error', () => {})
    await new Promise(resolve => { ws.once('close', resolve) })
    await turn
    onEnded?.()
  }

  const running = (async () => {
    while (!closing.signal.aborted) {
      await connect().catch(() => {})
      await pause(Math.random() * reconnectMs)
    }
  })()

  return {
    ledger,
    positions,
    close: async () => {
      closing.abort()
      socket?.terminate()
      await running
    }
  }
}
