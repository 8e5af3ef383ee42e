import type { FastifyRequest } from 'fastify'
import { SUBPROTOCOL, TOKEN_SUBPROTOCOL_PREFIX } from '@motience/schemas'

/** Maximum length of a token. */
const MAX_TOKEN_LENGTH = 4096

/** The offered subprotocols, in the client's order. */
const offeredProtocols = (header: string | undefined): string[] =>
  (header ?? '').split(',').map(name => name.trim()).filter(name => name !== '')

/**
 * The token of an upgrade: the subprotocol `token.<jwt>` next to `motience.v1`, else the `Authorization` header, else
 * `?token=`. Null if there is none.
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

/** Selects `motience.v1` if offered; the token next to it is never echoed. */
export const selectProtocol = (offered: Set<string>): string | false => offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false
