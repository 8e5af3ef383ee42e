import { setTimeout as pause } from 'node:timers/promises'
import { closeCodes, createApClient } from '@motience/schemas'
import WebSocket from 'ws'
import type { Account } from '../fleet/accounts.js'
import type { SentMessage } from './ledger.js'

/** Sends 1, 2, 3… like a device: keeps unacknowledged messages and resends them after reconnecting. */
export interface ChaosProducer {
  readonly name: string
  readonly producerId: number
  readonly messages: readonly SentMessage[]
  /** Stops sending new messages. */
  finish (): void
  /** Number of unacknowledged messages. */
  pending (): number
  close (): Promise<void>
}

const RECONNECT_MS = 100

/** The load of a producer. */
export interface ProducerPace {
  /** Messages per second. */
  rate: number
  /** Maximum number of unacknowledged messages; when it is reached, sending pauses. */
  window?: number
  /** Additional bytes per payload. */
  padding?: number
}

/** A producer without the client library, so that a bug of the library can't hide one of the platform. */
export const startProducer = (
  urls: { ap: string; producer: string },
  account: Account,
  { rate, window = 200, padding = 0 }: ProducerPace
): ChaosProducer => {
  const messages: SentMessage[] = []
  const rest = padding > 0 ? { padding: 'x'.repeat(padding) } : {}
  const session = `chaos-${account.user.id}`
  let unacked: SentMessage[] = []
  let socket: WebSocket | null = null
  /** Whether all unacknowledged messages were sent on this connection, so that newer ones may follow. */
  let caughtUp = false
  let token = account.token
  let finished = false
  const closing = new AbortController()

  const frameOf = ({ number }: SentMessage): string =>
    JSON.stringify({ type: 'data', session, seq: number, payload: { number, value: Math.sin(number / 10), ...rest } })

  const renew = async () => {
    const answer = await createApClient({ baseUrl: urls.ap })
      .POST('/api/auth/login', { body: { username: account.username, password: account.password } })
      .catch(() => null)
    if (answer?.data !== undefined) token = answer.data.access_token
  }

  const onFrame = (frame: { type: string, seq?: number, code?: string, retry_after_ms?: number }) => {
    if (frame.type === 'ack') {
      const index = unacked.findIndex(message => message.number === frame.seq)
      if (index < 0) return
      unacked[index]!.ackedAt = performance.now()
      unacked.splice(index, 1)
    } else if (frame.type === 'error') {
      // Rejected messages are resent with all that follow them on a new connection, to preserve their order.
      caughtUp = false
      socket?.close()
    }
  }

  const connectOnce = async () => {
    const current = new WebSocket(urls.producer, {
      headers: { authorization: `Bearer ${token}` },
      handshakeTimeout: 5000
    })
    socket = current
    caughtUp = false
    const ended = new Promise<number>(resolve => {
      current.once('close', resolve)
      current.on('error', () => {})
      current.once('unexpected-response', (_request, response) => {
        resolve(response.statusCode === 401 ? closeCodes.tokenInvalid : 1006)
        current.terminate()
      })
    })
    current.on('message', (data: Buffer) => {
      const frame = JSON.parse(data.toString()) as { type: string, seq?: number }
      if (frame.type !== 'welcome') return onFrame(frame)
      for (const message of unacked) current.send(frameOf(message))
      caughtUp = true
    })
    const code = await ended
    if (code === closeCodes.tokenInvalid) await renew()
  }

  const connecting = (async () => {
    while (!closing.signal.aborted) {
      await connectOnce()
      await pause(RECONNECT_MS)
    }
  })()

  const timer = setInterval(() => {
    if (finished || unacked.length >= window) return
    const message: SentMessage = { number: messages.length + 1, sentAt: performance.now(), ackedAt: null }
    messages.push(message)
    unacked.push(message)
    if (caughtUp && socket?.readyState === WebSocket.OPEN) socket.send(frameOf(message))
  }, 1000 / rate)

  return {
    name: account.username,
    producerId: account.user.id,
    messages,
    finish: () => { finished = true },
    pending: () => unacked.length,
    close: async () => {
      closing.abort()
      finished = true
      clearInterval(timer)
      unacked = []
      socket?.terminate()
      await connecting
    }
  }
}
