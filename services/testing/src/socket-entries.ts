import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { SUBPROTOCOL, TOKEN_SUBPROTOCOL_PREFIX, type Problem } from '@motience/schemas'
import { WebSocket } from 'ws'
import { waitFor } from './wait-for.js'

/** The response of a WebSocket server to a token, at one of the entries that accept one. */
export interface EntryAnswer { entry: string, answer: unknown }

const bearer = (token: string): string => `Bearer ${token}`

interface Sent { authorization?: string, protocols?: string[] }

/** The problem of a refused upgrade, or `open`. */
const upgrade = async (url: string, { authorization, protocols = [] }: Sent = {}): Promise<unknown> => {
  const ws = new WebSocket(url, protocols, { headers: authorization === undefined ? {} : { authorization } })
  ws.on('error', () => {})
  const response = await Promise.race([
    once(ws, 'unexpected-response').then(([, response]) => response as IncomingMessage),
    once(ws, 'open').then(() => null)
  ])
  if (response === null) {
    ws.terminate()
    return 'open'
  }
  let body = ''
  for await (const chunk of response) body += String(chunk)
  const { status, code } = JSON.parse(body) as Problem
  return { status, code }
}

/** A subprotocol may only contain the characters of a token (RFC 9110, 5.6.2). */
const isProtocol = (token: string): boolean => /^[\w.~+-]+$/.test(token)

/** Sends a token with an upgrade, in the query, in the header and as a subprotocol, each on a new connection. */
export const sendAtUpgrade = async (url: string, token: string): Promise<EntryAnswer[]> => {
  const protocols = [SUBPROTOCOL, `${TOKEN_SUBPROTOCOL_PREFIX}${token}`]
  return [
    { entry: 'query', answer: await upgrade(`${url}?token=${encodeURIComponent(token)}`) },
    { entry: 'header', answer: await upgrade(url, { authorization: bearer(token) }) },
    ...isProtocol(token) ? [{ entry: 'subprotocol', answer: await upgrade(url, { protocols }) }] : []
  ]
}

/**
 * Sends a token in an `auth` frame, on a connection opened with a valid one; resolves to type and code of the answer.
 */
export const sendInFrame = async (url: string, good: string, token: string): Promise<EntryAnswer> => {
  const ws = new WebSocket(url, { headers: { authorization: bearer(good) } })
  const frames: { type: string, code?: string }[] = []
  ws.on('message', data => { frames.push(JSON.parse(String(data)) as { type: string }) })
  await once(ws, 'open')
  ws.send(JSON.stringify({ type: 'auth', token }))
  const isAnswer = ({ type }: { type: string }): boolean => type === 'error' || type === 'authenticated'
  const { type, code } = await waitFor(() => frames.find(isAnswer), { what: 'the answer to an `auth` frame' })
  ws.terminate()
  return { entry: 'frame', answer: code === undefined ? type : { type, code } }
}
