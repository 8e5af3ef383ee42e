/** The two pages, by who opens them. */
export type PageName = 'producer' | 'consumer'

/**
 * The configuration of a page, served as `GET /config.json`. URLs are absolute, or relative to the page, whose server
 * then proxies them, so that they work under any host name and port.
 */
export interface PageConfig {
  ap_url: string
  sm_url: string
  dsm_url: string
  /** URL of WSS1 on the producer page, of WSS2 on the consumer page. */
  websocket_url: string
  /** Interval between the pings of the WebSocket server, in milliseconds. */
  heartbeat: number
}

/** The variables that `pageConfig` reads; part of the environments of WSS1 and WSS2. */
export interface PageEnv {
  PUBLIC_AP_URL?: string
  PUBLIC_SM_URL?: string
  PUBLIC_DSM_URL?: string
  PUBLIC_WSS1_URL?: string
  PUBLIC_WSS2_URL?: string
  WSS1_HEARTBEAT_MS?: number
  WSS2_HEARTBEAT_MS?: number
}

const DEFAULT_HEARTBEAT_MS = 25_000

const withoutSlash = (address: string): string => address.replace(/\/+$/, '')

/** URLs for browsers: on the page's own origin, or the `PUBLIC_…` URLs if they are set. */
export const pageConfig = (env: PageEnv, page: PageName): PageConfig => {
  const [websocketUrl, heartbeat] = page === 'producer'
    ? [env.PUBLIC_WSS1_URL, env.WSS1_HEARTBEAT_MS]
    : [env.PUBLIC_WSS2_URL, env.WSS2_HEARTBEAT_MS]
  return {
    ap_url: withoutSlash(env.PUBLIC_AP_URL || 'ap'),
    sm_url: withoutSlash(env.PUBLIC_SM_URL || 'sm'),
    dsm_url: withoutSlash(env.PUBLIC_DSM_URL || 'dsm'),
    websocket_url: websocketUrl || page,
    heartbeat: heartbeat ?? DEFAULT_HEARTBEAT_MS
  }
}

/** Resolves the URLs of a page's configuration against `base`. */
export const resolveConfig = (config: PageConfig, base: string): PageConfig => {
  const resolve = (address: string): string => withoutSlash(new URL(address, base).href)
  return {
    ap_url: resolve(config.ap_url),
    sm_url: resolve(config.sm_url),
    dsm_url: resolve(config.dsm_url),
    websocket_url: resolve(config.websocket_url).replace(/^http/, 'ws'),
    heartbeat: config.heartbeat
  }
}

/** The content security policy of a page: its own origin, and the other origins in `config`. */
export const contentSecurityPolicy = (config: PageConfig): string => {
  const addresses = [config.ap_url, config.sm_url, config.dsm_url, config.websocket_url]
  const others = addresses.filter(address => URL.canParse(address)).map(address => {
    const url = new URL(address)
    return `${url.protocol}//${url.host}`
  })
  return [
    "default-src 'self'",
    `connect-src ${["'self'", ...new Set(others)].join(' ')}`,
    "img-src 'self' data:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'"
  ].join('; ')
}
