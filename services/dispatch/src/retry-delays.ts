import type { BackoffOptions } from '@motience/kit'

/** Delays between attempts at DSM, in milliseconds: short, because producers stop being read while messages wait. */
export const retryDelays: BackoffOptions = { minMs: 50, maxMs: 1_000 }
