import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import type { RedisClientOptions } from 'redis'

/** The address of a server. */
export interface Address { host: string, port: number }

/** `host:port`, for logs and as a key. */
export const addressName = ({ host, port }: Address): string => `${host}:${port}`

/**
 * Parts of a URL besides the address, which apply to all servers found through it. `ca`: certificates (PEM) of the
 * authorities for the servers' certificates; Node's own by default.
 */
export interface Access { username?: string, password?: string, database?: number, tls: boolean, ca?: string }

/** Reads the file in the parameter `ca` of a `rediss://` URL. */
const readCa = (url: URL): string | undefined => {
  const file = url.searchParams.get('ca')
  if (file === null) return undefined
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new TypeError(
      `Can't read the CA file of Redis: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause }
    )
  }
}

/** Parses comma-separated `redis://` or `rediss://` URLs into addresses, and the access of the first one. */
export const readUrls = (text: string, defaultPort = 6379): { addresses: Address[], access: Access } => {
  const urls = text.split(',').map(part => part.trim()).filter(part => part !== '').map(part => new URL(part))
  const first = urls[0]
  if (first === undefined) throw new TypeError('The Redis URL is empty')
  for (const { protocol } of urls) {
    if (protocol !== 'redis:' && protocol !== 'rediss:') {
      throw new TypeError(`A Redis URL starts with redis: or rediss:, not ${protocol}`)
    }
  }
  const database = Number(first.pathname.slice(1))
  if (!Number.isInteger(database) || database < 0) {
    throw new TypeError('The path of a Redis URL must be a database number')
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
 * Client options for one connection to one server. The client never reconnects and queues nothing while disconnected.
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
