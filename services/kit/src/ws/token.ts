import type { FastifyRequest } from 'fastify'
import { SUBPROTOCOL, TOKEN_SUBPROTOCOL_PREFIX } from '@motience/schemas'

/** Longest token that is looked at. */
const MAX_TOKEN_LENGTH = 4096

/** The subprotocols that a client offers, in its order. */
const offeredProtocols = (header: string | undefined): string[] =>
  (header ?? '').split(',').map(name => name.trim()).filter(name => name !== '')

/**
 * The token of an upgrade: the subprotocol `token.<jwt>` beside `motience.v1`, else the `Authorization` header,
 * else `?token=`. Null where there is none.
 */
export const readUpgradeToken = ({ headers, query }: Pick<FastifyRequest, 'headers' | 'query'>): string | null => {
  const protocols = offeredProtocols(headers['sec-websocket-protocol'])
  const fromProtocol = protocols.includes(SUBPROTOCOL)
    ? protocols.find(name => name.startsWith(TOKEN_SUBPROTOCOL_PREFIX))?.slice(TOKEN_SUBPROTOCOL_PREFIX.length)
    : undefined
  const fromHeader = /^bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1]
  const token = fromProtocol ?? fromHeader ?? (query as { token?: string }).token
  return token === undefined || token === '' || token.length > MAX_TOKEN_LENGTH ? null : token
}

/** Answers `motience.v1` where it was offered; the token beside it is never echoed. */
export const selectProtocol = (offered: Set<string>): string | false => offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false
