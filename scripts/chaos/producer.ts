import { setTimeout as pause } from 'node:timers/promises'
import { closeCodes, createApClient } from '@motience/schemas'
import WebSocket from 'ws'
import type { Account } from '../fleet/accounts.js'
import type { SentMessage } from './ledger.js'

/** Sends 1, 2, 3… as a device does: keeps what was not acked, and sends it again on the next connection. */
export interface ChaosProducer {
  readonly name: string
  readonly producerId: number
  readonly messages: readonly SentMessage[]
  /** Stops numbering new messages. */
  finish (): void
  /** How many are not acked yet. */
  pending (): number
  close (): Promise<void>
}

const RECONNECT_MS = 100

/** How a producer sends. */
export interface ProducerPace {
  /** Messages a second. */
  rate: number
  /** Most messages that wait for their acks; at it numbering pauses. */
  window?: number
  /** Bytes that a payload is filled up with. */
  filling?: number
}

/** A producer that speaks the protocol by itself, so that a fault of the libraries can't hide one of the platform. */
export const startProducer = (
  urls: { ap: string; producer: string },
  account: Account,
  { rate, window = 200, filling = 0 }: ProducerPace
): ChaosProducer => {
  const messages: SentMessage[] = []
  const rest = filling > 0 ? { filling: 'x'.repeat(filling) } : {}
  const session = `chaos-${account.user.id}`
  let unacked: SentMessage[] = []
  let socket: WebSocket | null = null
  /** Whether what is unacked was sent on this connection: only then may what is newer follow it. */
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
      // What was refused for now is sent again, with all that follows it, on a new connection: order is kept.
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
