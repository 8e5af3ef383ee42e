import type { ApSettings } from '../parts.js'

/**
 * `config` of the routes that compare or hash a password. They share one count for each address, so that guessing is no
 * faster by taking turns; past it the answer is 429 with `Retry-After`.
 */
export const signInRate = ({ loginRate }: ApSettings) => ({ rateLimit: { max: loginRate, timeWindow: 60_000, groupId: 'sign-in' } })
