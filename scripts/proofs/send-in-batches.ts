import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import type { DataBody, Problem } from '@motience/schemas'
import WebSocket from 'ws'
import type { Account } from '../fleet/accounts.js'

/** A message as a gateway has it: whose producer it is goes without saying. */
export type GatewayMessage = Omit<DataBody, 'producer_id'>

/** What became of messages that were sent until each was answered for good. */
export interface SendResult {
  acked: number
  /** Answered with `duplicate: true`. */
  repeats: number
  /** Refused for now and sent again. */
  delayed: number
  /** Refused in a way that says: never. */
  rejected: { seq: number | undefined, code: string }[]
}

/** What one message is answered; `again` where it may be sent again. */
interface Answer { code?: string, again?: boolean, duplicate?: boolean }

/** Sends a batch and resolves to an answer for each; rejects where nobody knows. */
type SendBatch = (messages: readonly GatewayMessage[]) => Promise<Answer[]>

const RETRY_MS = 300

/**
 * Sends messages in order, in batches, as something does that must not lose any: what is refused for now is sent again,
 * and nothing that comes after it before.
 */
const sendAll = async (
  send: SendBatch,
  messages: readonly GatewayMessage[],
  batch: number,
  total: SendResult
): Promise<void> => {
  for (let from = 0; from < messages.length;) {
    const part = messages.slice(from, from + batch)
    const answers = await send(part).catch(() => part.map((): Answer => ({ again: true })))
    let settled = answers.findIndex(answer => answer.again)
    if (settled < 0) settled = answers.length
    for (const [n, answer] of answers.slice(0, settled).entries()) {
      if (answer.code === undefined) total.acked++
      else total.rejected.push({ seq: part[n]!.seq, code: answer.code })
      if (answer.duplicate) total.repeats++
    }
    total.delayed += answers.length - settled
    from += settled
    if (settled < answers.length) await pause(RETRY_MS)
  }
}

/** Sums to begin with. */
export const newSendResult = (): SendResult => ({ acked: 0, repeats: 0, delayed: 0, rejected: [] })

/** Sends over REST, as the producer itself. */
export const sendByRest = async (
  dsmUrl: string,
  { user, token }: Account,
  messages: readonly GatewayMessage[],
  batch = 100,
  total = newSendResult()
): Promise<SendResult> => {
  await sendAll(
    async part => {
      const answer = await fetch(`${dsmUrl}/api/data/batch`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ messages: part.map(message => ({ producer_id: user.id, ...message })) })
      })
      if (!answer.ok) throw new Error(`DSM answered ${answer.status}`)
      const { results } = (await answer.json()) as { results: { duplicate?: boolean; error?: Problem }[] }
      return results.map(({ duplicate, error }): Answer =>
        error === undefined
          ? { duplicate: duplicate === true }
          : { code: error.code, again: error.status >= 500 || error.status === 429 }
      )
    },
    messages,
    batch,
    total
  )
  return total
}

type AckFrame = { acks: { duplicate?: boolean, error?: { code: string, retry_after_ms?: number } }[] }

/** The next frame of a WebSocket; rejects where it ends before. */
const nextFrame = async (socket: WebSocket): Promise<unknown> => {
  const done = new AbortController()
  const signal = { signal: done.signal }
  try {
    const [data] = await Promise.race([
      once(socket, 'message', signal),
      once(socket, 'close', signal).then(() => { throw new Error('The WebSocket ended') })
    ]) as [Buffer]
    return JSON.parse(data.toString())
  } finally {
    done.abort()
  }
}

/** Sends over one WebSocket, and over a new one where it ends. */
export const sendByWebSocket = async (
  producerUrl: string,
  { token }: Account,
  messages: readonly GatewayMessage[],
  batch = 100,
  total = newSendResult()
): Promise<SendResult> => {
  let socket: WebSocket | null = null
  await sendAll(
    async part => {
      if (socket?.readyState !== WebSocket.OPEN) {
        socket = new WebSocket(producerUrl, { headers: { authorization: `Bearer ${token}` } }).on('error', () => {})
        await nextFrame(socket)
      }
      socket.send(JSON.stringify({ type: 'batch', messages: part }))
      const { acks } = (await nextFrame(socket)) as AckFrame
      return acks.map(({ duplicate, error }): Answer =>
        error === undefined
          ? { duplicate: duplicate === true }
          : { code: error.code, again: error.retry_after_ms !== undefined }
      )
    },
    messages,
    batch,
    total
  )
  ;(socket as WebSocket | null)?.close()
  return total
}
