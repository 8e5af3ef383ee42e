import type { IncomingMessage } from 'node:http'
import { SUBPROTOCOL, TOKEN_SUBPROTOCOL_PREFIX } from '@motience/schemas'

/** Longest token that is looked at. */
const MAX_TOKEN_LENGTH = 4096

/** What an upgrade's URL asks for: its path, and its query without the token, so that the rest may be kept. */
export interface UpgradeTarget { path: string, query: URLSearchParams, queryToken: string | null }

/** Reads the request line's target; null where it is no path. */
export const readTarget = (url: string | undefined): UpgradeTarget | null => {
  if (url === undefined || !url.startsWith('/')) return null
  const mark = url.indexOf('?')
  const query = new URLSearchParams(mark === -1 ? '' : url.slice(mark + 1))
  const queryToken = query.get('token')
  query.delete('token')
  return { path: mark === -1 ? url : url.slice(0, mark), query, queryToken }
}

/** The subprotocols that a client offers, in its order. */
export const offeredProtocols = (request: IncomingMessage): string[] =>
  (request.headers['sec-websocket-protocol'] ?? '').split(',').map(name => name.trim()).filter(name => name !== '')

/**
 * The token of an upgrade: the subprotocol `token.<jwt>` beside `motience.v1`, else the `Authorization` header,
 * else `?token=`. Null where there is none.
 */
export const readUpgradeToken = (request: IncomingMessage, target: UpgradeTarget): string | null => {
  const protocols = offeredProtocols(request)
  const fromProtocol = protocols.includes(SUBPROTOCOL)
    ? protocols.find(name => name.startsWith(TOKEN_SUBPROTOCOL_PREFIX))?.slice(TOKEN_SUBPROTOCOL_PREFIX.length)
    : undefined
  const fromHeader = /^bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1]
  const token = fromProtocol ?? fromHeader ?? target.queryToken
  return token === null || token === '' || token.length > MAX_TOKEN_LENGTH ? null : token
}

/** Answers `motience.v1` where it was offered; the token beside it is never echoed. */
export const selectProtocol = (offered: Set<string>): string | false => offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false
