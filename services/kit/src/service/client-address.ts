import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'
import { isIP } from 'node:net'
import type { FastifyRequest } from 'fastify'
import type { ServiceApp } from './service-app.js'

/** Header in which a page's proxy passes on the client: the address, a space, and its MAC. */
export const CLIENT_ADDRESS_HEADER = 'motience-client-address'

/** Signs client addresses, and trusts only those signed with the same secret. */
export interface ClientAddresses {
  /** The header's value for an address. */
  sign (address: string): string
  /** The address in a header value; null if it was not signed by a service of this platform. */
  read (value: string | string[] | undefined): string | null
}

/**
 * Client addresses signed with a key derived from `SERVICE_SECRET` (HKDF, RFC 5869), so that only services can set an
 * address other than the connection's, without a list of trusted proxies.
 */
export const createClientAddresses = (serviceSecret: string): ClientAddresses => {
  const key = Buffer.from(hkdfSync('sha256', serviceSecret, '', 'motience/client-address', 32))
  const mac = (address: string): Buffer => createHmac('sha256', key).update(address).digest()
  return {
    sign: address => `${address} ${mac(address).toString('base64url')}`,
    read: value => {
      if (typeof value !== 'string') return null
      const [address = '', signature = ''] = value.split(' ', 2)
      if (isIP(address) === 0) return null
      const given = Buffer.from(signature, 'base64url')
      const right = mac(address)
      return given.length === right.length && timingSafeEqual(given, right) ? address : null
    }
  }
}

/**
 * Adds `request.clientAddress`: the address that a page's proxy signed, else `request.ip`. Without `addresses` no
 * header is trusted.
 */
export const addClientAddress = (app: ServiceApp, addresses: ClientAddresses | undefined): void => {
  app.decorateRequest('clientAddress', {
    getter (this: FastifyRequest): string { return addresses?.read(this.headers[CLIENT_ADDRESS_HEADER]) ?? this.ip }
  })
}
