/** Address of the page, in browsers: REST URLs may be relative to it. */
const pageUrl = (): string | undefined => (globalThis as { location?: { href: string } }).location?.href

/**
 * The fault of a URL, as the end of a sentence about it; null if it is usable. `ws` allows ws:// and wss://, `http`
 * allows http:// and https://. A WebSocket URL has no fragment (RFC 6455, section 3).
 */
export const urlFault = (value: unknown, scheme: 'http' | 'ws'): string | null => {
  const base = scheme === 'http' ? pageUrl() : undefined
  const url = typeof value === 'string' && URL.canParse(value, base) ? new URL(value, base) : null
  if (url === null || (url.protocol !== `${scheme}:` && url.protocol !== `${scheme}s:`)) {
    return `must begin with ${scheme}:// or ${scheme}s://`
  }
  return scheme === 'ws' && url.hash !== '' ? 'must not have a fragment (#)' : null
}

/** Throws `TypeError` if a URL option is not usable. The value is not quoted, as it may contain a password. */
export const checkUrl = (option: string, value: unknown, scheme: 'http' | 'ws'): void => {
  const fault = urlFault(value, scheme)
  if (fault !== null) throw new TypeError(`${option} ${fault}`)
}
