import { isIP } from 'node:net'
import type { RedisClientOptions } from 'redis'

/** Where a server listens. */
export interface Address { host: string, port: number }

/** `host:port`, which names a server in logs and maps. */
export const addressName = ({ host, port }: Address): string => `${host}:${port}`

/** What a URL says besides the address: the same holds for every server that is found through it. */
export interface Access { username?: string, password?: string, database?: number, tls: boolean }

/** One or several `redis://` or `rediss://` URLs, comma-separated, read into addresses and the access that the first one tells. */
export const readUrls = (text: string, defaultPort = 6379): { addresses: Address[], access: Access } => {
  const urls = text.split(',').map(part => part.trim()).filter(part => part !== '').map(part => new URL(part))
  const first = urls[0]
  if (first === undefined) throw new TypeError('The URL of Redis is empty')
  for (const { protocol } of urls) {
    if (protocol !== 'redis:' && protocol !== 'rediss:') throw new TypeError(`A URL of Redis begins with redis: or rediss:, not with ${protocol}`)
  }
  const database = Number(first.pathname.slice(1))
  if (!Number.isInteger(database) || database < 0) throw new TypeError('The path of a URL of Redis is the number of a database')
  return {
    addresses: urls.map(({ hostname, port }) => ({ host: hostname.replace(/^\[(.*)\]$/, '$1'), port: port === '' ? defaultPort : Number(port) })),
    access: {
      username: first.username === '' ? undefined : decodeURIComponent(first.username),
      password: first.password === '' ? undefined : decodeURIComponent(first.password),
      database: database === 0 ? undefined : database,
      tls: first.protocol === 'rediss:'
    }
  }
}

/** Options of the client for one connection to one server. It never reconnects by itself and keeps nothing for later. */
export const clientOptions = ({ host, port }: Address, access: Access, connectTimeoutMs: number): RedisClientOptions => ({
  username: access.username,
  password: access.password,
  database: access.database,
  name: 'motience',
  disableOfflineQueue: true,
  commandsQueueMaxLength: 20_000,
  maintNotifications: 'disabled',
  socket: access.tls
    ? { host, port, tls: true, servername: isIP(host) === 0 ? host : '', connectTimeout: connectTimeoutMs, reconnectStrategy: false }
    : { host, port, connectTimeout: connectTimeoutMs, reconnectStrategy: false }
})
