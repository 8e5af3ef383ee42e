/** The two pages, by who opens them. */
export type PageName = 'producer' | 'consumer'

/** What a page has to know of the platform it belongs to: the answer of `GET /config.json`. */
export interface PageConfig {
  ap_url: string
  sm_url: string
  dsm_url: string
  /** Of WSS1 for the producer's page, of WSS2 for the consumer's. */
  websocket_url: string
  /** Milliseconds between the WebSocket server's pings. */
  heartbeat: number
}

/** The variables that `pageConfig` reads; both services' environments have them. */
export interface PageEnv {
  AP_URL: string
  SM_URL: string
  DSM_URL: string
  PUBLIC_AP_URL?: string
  PUBLIC_SM_URL?: string
  PUBLIC_DSM_URL?: string
  PUBLIC_WSS1_URL?: string
  PUBLIC_WSS2_URL?: string
  WSS1_PORT?: number
  WSS2_PORT?: number
  WSS1_HEARTBEAT_MS?: number
  WSS2_HEARTBEAT_MS?: number
}

const DEFAULT_HEARTBEAT_MS = 25_000

/** Addresses as a browser is to use them; the `PUBLIC_…` ones win over those between services. */
export const pageConfig = (env: PageEnv, page: PageName): PageConfig => {
  const socket = page === 'producer'
    ? { url: env.PUBLIC_WSS1_URL || `ws://127.0.0.1:${env.WSS1_PORT ?? 8001}/producer`, heartbeat: env.WSS1_HEARTBEAT_MS }
    : { url: env.PUBLIC_WSS2_URL || `ws://127.0.0.1:${env.WSS2_PORT ?? 8002}/consumer`, heartbeat: env.WSS2_HEARTBEAT_MS }
  return {
    ap_url: env.PUBLIC_AP_URL || env.AP_URL,
    sm_url: env.PUBLIC_SM_URL || env.SM_URL,
    dsm_url: env.PUBLIC_DSM_URL || env.DSM_URL,
    websocket_url: socket.url,
    heartbeat: socket.heartbeat ?? DEFAULT_HEARTBEAT_MS
  }
}

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]', '0.0.0.0'])
const HOST_NAME = /^(?:[a-z0-9.-]{1,253}|\[[0-9a-f:.]{2,45}\])$/i

const reachedAs = (address: string, hostname: string): string => {
  const url = new URL(address)
  if (LOOPBACK.has(url.hostname)) url.hostname = hostname
  return url.href.replace(/\/$/, '')
}

/**
 * The configuration as a browser that asked for `hostname` has to see it: a loopback address means the machine that
 * serves the page, which the browser knows by that name. A name that is no host name changes nothing.
 */
export const configFor = (config: PageConfig, hostname: string): PageConfig => {
  const name = HOST_NAME.test(hostname) ? hostname : '127.0.0.1'
  return {
    ap_url: reachedAs(config.ap_url, name),
    sm_url: reachedAs(config.sm_url, name),
    dsm_url: reachedAs(config.dsm_url, name),
    websocket_url: reachedAs(config.websocket_url, name),
    heartbeat: config.heartbeat
  }
}

/** The content security policy of a page that talks to the addresses of `config` and to nobody else. */
export const contentSecurityPolicy = (config: PageConfig): string => {
  const origins = [config.ap_url, config.sm_url, config.dsm_url, config.websocket_url].map(address => {
    const url = new URL(address)
    return `${url.protocol}//${url.host}`
  })
  return [
    "default-src 'self'",
    `connect-src 'self' ${[...new Set(origins)].join(' ')}`,
    "img-src 'self' data:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'"
  ].join('; ')
}
