import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import type { RedisClientOptions } from 'redis'

/** Where a server listens. */
export interface Address { host: string, port: number }

/** `host:port`, which names a server in logs and maps. */
export const addressName = ({ host, port }: Address): string => `${host}:${port}`

/**
 * What a URL says besides the address: the same holds for every server that is found through it. `ca`: certificates
 * (PEM) of the authorities that sign the servers' own; those that Node knows if not given.
 */
export interface Access { username?: string, password?: string, database?: number, tls: boolean, ca?: string }

/** Reads the file that the parameter `ca` of a `rediss://` URL names. */
const readCa = (url: URL): string | undefined => {
  const file = url.searchParams.get('ca')
  if (file === null) return undefined
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new TypeError(
      `The certificates of Redis' authorities can't be read: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause }
    )
  }
}

/**
 * One or several `redis://` or `rediss://` URLs, comma-separated, read into addresses and the access that the first one
 * tells.
 */
export const readUrls = (text: string, defaultPort = 6379): { addresses: Address[], access: Access } => {
  const urls = text.split(',').map(part => part.trim()).filter(part => part !== '').map(part => new URL(part))
  const first = urls[0]
  if (first === undefined) throw new TypeError('The URL of Redis is empty')
  for (const { protocol } of urls) {
    if (protocol !== 'redis:' && protocol !== 'rediss:') {
      throw new TypeError(`A URL of Redis begins with redis: or rediss:, not with ${protocol}`)
    }
  }
  const database = Number(first.pathname.slice(1))
  if (!Number.isInteger(database) || database < 0) {
    throw new TypeError('The path of a URL of Redis is the number of a database')
  }
  return {
    addresses: urls.map(({ hostname, port }) => ({
      host: hostname.replace(/^\[(.*)\]$/, '$1'),
      port: port === '' ? defaultPort : Number(port)
    })),
    access: {
      username: first.username === '' ? undefined : decodeURIComponent(first.username),
      password: first.password === '' ? undefined : decodeURIComponent(first.password),
      database: database === 0 ? undefined : database,
      tls: first.protocol === 'rediss:',
      ca: first.protocol === 'rediss:' ? readCa(first) : undefined
    }
  }
}

/**
 * Options of the client for one connection to one server. It never reconnects by itself and keeps nothing for later.
 */
export const clientOptions = (
  { host, port }: Address,
  access: Access,
  connectTimeoutMs: number
): RedisClientOptions => ({
  username: access.username,
  password: access.password,
  database: access.database,
  name: 'motience',
  disableOfflineQueue: true,
  commandsQueueMaxLength: 20_000,
  maintNotifications: 'disabled',
  socket: access.tls
    ? {
        host,
        port,
        tls: true,
        ca: access.ca,
        servername: isIP(host) === 0 ? host : '',
        connectTimeout: connectTimeoutMs,
        reconnectStrategy: false
      }
    : { host, port, connectTimeout: connectTimeoutMs, reconnectStrategy: false }
})
