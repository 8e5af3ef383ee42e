/** How long things live, in milliseconds. */
export interface Lifetimes {
  /** An access token. */
  accessMs: number
  /** A refresh token, from its own refresh on. */
  refreshMs: number
  /** A signing key, until the next one signs. */
  keyMs: number
}

/** How far the clocks of two machines may be apart before a revocation is forgotten too soon. */
export const CLOCK_MARGIN_MS = 60_000

/** When an access token that is made `now` expires: a whole second, in milliseconds since 1970. */
export const accessExpiry = ({ accessMs }: Lifetimes, now: number): number => Math.floor((now + accessMs) / 1000) * 1000
