import { once } from 'node:events'
import { request, type IncomingMessage } from 'node:http'
import type { FastifyBaseLogger } from 'fastify'
import { Type } from '@sinclair/typebox'
import { WebSocket, type ClientOptions } from 'ws'
import type { Problem } from '@motience/schemas'
import type { Authenticator, Identity } from '../auth/index.js'
import { buildService } from '../service/build-service.js'
import { listen } from '../service/listen.js'
import { ProblemError } from '../service/problem-error.js'
import { SocketServer, type Connection, type ConnectionHandlers, type SocketServerLimits } from './index.js'
import type { RevokedAccess } from './token-verifier.js'

const schemas = {
  echo: Type.Object(
    { type: Type.Literal('echo'), text: Type.String(), id: Type.Optional(Type.String()) },
    { additionalProperties: false }
  )
}
type Echo = { type: 'echo', text: string, id?: string }

/** An authenticator whose tokens are the keys of a map; verification can be paused. */
export const createTokens = () => {
  const identities = new Map<string, Identity>()
  const handlers = new Set<(revoked: RevokedAccess) => void>()
  let gate: Promise<void> | null = null
  let waiting = 0
  const authenticator: Authenticator = {
    verify: async token => {
      waiting++
      await gate
      waiting--
      if (token === 'down') throw new Error('AP unreachable')
      const identity = identities.get(token)
      if (identity === undefined) throw new ProblemError('MOT_UNAUTHORIZED')
      return identity
    },
    onRevoked: handler => {
      handlers.add(handler)
      return () => { handlers.delete(handler) }
    },
    ready: async () => {},
    close: async () => {}
  }
  return {
    authenticator,
    issue: (token: string, rest: Partial<Identity> = {}) => {
      identities.set(token, {
        userId: 1,
        role: 'consumer',
        sid: `sid-${token}`,
        username: 'ann',
        deviceId: null,
        service: null,
        expiresAt: Date.now() + 3_600_000,
        scopes: null,
        deviceOnly: false,
        ...rest
      })
      return token
    },
    /** Number of paused verifications. */
    waiting: () => waiting,
    revoke: (revoked: RevokedAccess) => { for (const handler of handlers) handler(revoked) },
    /** Pauses every verification until the returned function is called. */
    hold: () => {
      let release = (): void => {}
      gate = new Promise(resolve => { release = resolve })
      return () => release()
    }
  }
}

export interface TestServerOptions {
  limits?: Partial<SocketServerLimits>
  ready?: () => boolean
  compression?: boolean
  frame?: (frame: Echo, connection: Connection) => void
  logger?: FastifyBaseLogger
}

/** A server on a free port that echoes texts. */
export const startServer = async (t: { after: (fn: () => Promise<void>) => void }, options: TestServerOptions = {}) => {
  const tokens = createTokens()
  const opened: Connection[] = []
  const queries: { slow?: string }[] = []
  const ended: number[] = []
  const app = await buildService('wss2', {
    logger: options.logger,
    requestTimeoutMs: 10_000,
    keepAliveTimeoutMs: 1_000
  })
  const server = new SocketServer(app, {
    path: '/consumer',
    roles: ['consumer'],
    scope: 'data:read',
    codes: {
      wrongRole: 'MOT_WSS2_NOT_A_CONSUMER',
      tooMany: 'MOT_WSS2_TOO_MANY_CONNECTIONS',
      badFrame: 'MOT_WSS2_BAD_FRAME'
    },
    authenticator: tokens.authenticator,
    limits: {
      maxConnections: 100,
      maxConnectionsPerUser: 10,
      heartbeatMs: 60_000,
      maxFrameBytes: 4096,
      messageRate: 1000,
      maxBufferedBytes: 1 << 20,
      ...options.limits
    },
    query: Type.Object({ slow: Type.Optional(Type.Literal('drop')) }),
    frames: schemas,
    compression: options.compression,
    ready: options.ready ?? (() => true),
    open: (connection, query): ConnectionHandlers<Echo> => {
      opened.push(connection)
      queries.push(query)
      return {
        frame: frame => {
          if (options.frame !== undefined) options.frame(frame, connection)
          else connection.sendFrame(frame)
        },
        ended: code => { ended.push(code) }
      }
    }
  })
  await server.register()
  const address = await listen(app, { host: '127.0.0.1', port: 0, variable: 'PORT' })
  const close = async (): Promise<void> => { await app.close() }
  t.after(close)
  return {
    app,
    server,
    close,
    tokens,
    metrics: app.metrics,
    opened,
    queries,
    ended,
    port: Number(new URL(address).port),
    url: `${address.replace('http:', 'ws:')}/consumer`
  }
}

/** An open client, with what it has received. */
export const connect = async (url: string, token: string | null, options: ClientOptions = {}) => {
  const ws = new WebSocket(url, {
    perMessageDeflate: false,
    ...options,
    headers: { ...(token === null ? {} : { authorization: `Bearer ${token}` }), ...options.headers }
  })
  const frames: Record<string, unknown>[] = []
  ws.on('message', data => frames.push(JSON.parse(String(data)) as Record<string, unknown>))
  ws.on('error', () => {})
  const closed = once(ws, 'close').then(([code]) => code as number)
  await once(ws, 'open')
  return { ws, frames, closed, send: (frame: unknown) => ws.send(JSON.stringify(frame)) }
}

/** The response of a server that refuses the upgrade. */
export const refusal = async (url: string, headers: Record<string, string> = {}, protocols: string[] = []) => {
  const ws = new WebSocket(url, protocols, { headers })
  ws.on('error', () => {})
  const [, response] = await once(ws, 'unexpected-response') as [unknown, IncomingMessage]
  return await readRefusal(response)
}

/** The response to an upgrade without WebSocket's key and version. */
export const brokenUpgrade = async (url: string) => {
  const asked = request(url.replace('ws:', 'http:'), { headers: { connection: 'upgrade', upgrade: 'websocket' } }).end()
  const [response] = await once(asked, 'response') as [IncomingMessage]
  return await readRefusal(response)
}

const readRefusal = async (response: IncomingMessage) => {
  let body = ''
  for await (const chunk of response) body += String(chunk)
  return { status: response.statusCode, headers: response.headers, problem: JSON.parse(body) as Problem }
}
