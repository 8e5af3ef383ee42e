import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'
import { isIP } from 'node:net'
import type { FastifyRequest } from 'fastify'
import type { ServiceApp } from './service-app.js'

/** Header in which a page's proxy tells a service which client it calls for: the address, a space, and its MAC. */
export const CLIENT_ADDRESS_HEADER = 'motience-client-address'

/** Signs the addresses of clients, and believes only what was signed with the same secret. */
export interface ClientAddresses {
  /** The header's value for an address. */
  sign (address: string): string
  /** The address that a header's value tells; null where it was not signed by a service of this platform. */
  read (value: string | string[] | undefined): string | null
}

/**
 * Client addresses under a key that is made from `SERVICE_SECRET` (HKDF, RFC 5869), so that nobody but a service can
 * name another address than the one its connection comes from, and no list of proxies has to be kept.
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
 * header is believed.
 */
export const addClientAddress = (app: ServiceApp, addresses: ClientAddresses | undefined): void => {
  app.decorateRequest('clientAddress', {
    getter (this: FastifyRequest): string { return addresses?.read(this.headers[CLIENT_ADDRESS_HEADER]) ?? this.ip }
  })
}
