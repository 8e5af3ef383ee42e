import { request, type RequestOptions } from 'node:https'
import { buffer } from 'node:stream/consumers'
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { WebSocket } from 'ws'

export interface Answer {
  status: number
  headers: IncomingMessage['headers']
  text: string
  json: () => Record<string, unknown>
}

/** Sends requests over TLS, with the certificates of `ca` (PEM) trusted. A path is sent as it stands, with its dots. */
export const createTlsClient = (ca: string) => ({
  async send (
    url: string,
    { method = 'GET', body, token, ...options }: RequestOptions & { body?: unknown; token?: string } = {}
  ): Promise<Answer> {
    const [, origin = '', path = ''] = /^(https:\/\/[^/]+)(.*)$/.exec(url) ?? []
    const sent = request(origin, {
      method,
      path,
      ca,
      agent: false,
      ...options,
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...options.headers
      }
    })
    sent.end(body === undefined ? undefined : JSON.stringify(body))
    const [response] = (await once(sent, 'response')) as [IncomingMessage]
    const text = (await buffer(response)).toString()
    return {
      status: response.statusCode!,
      headers: response.headers,
      text,
      json: () => JSON.parse(text) as Record<string, unknown>
    }
  },

  /** Opens a WebSocket; what comes over it is in `frames`. */
  async open (
    url: string, protocols: string[] = []
  ): Promise<{ socket: WebSocket, frames: Record<string, unknown>[] }> {
    const socket = new WebSocket(url, protocols, { ca })
    const frames: Record<string, unknown>[] = []
    socket.on('message', data => frames.push(JSON.parse(String(data)) as Record<string, unknown>))
    await once(socket, 'open')
    return { socket, frames }
  }
})

export type TlsClient = ReturnType<typeof createTlsClient>
