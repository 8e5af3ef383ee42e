import { setTimeout as pause } from 'node:timers/promises'
import { type Broker, BrokerUnavailableError } from './broker.js'
import { silentLogger } from './logger.js'
import { createMemoryBroker } from './memory/memory-broker.js'
import { createRedisBroker, type RedisBrokerOptions } from './redis/redis-broker.js'

/** Options as for Redis; an empty `url` opens the memory broker. */
export interface OpenBrokerOptions extends Omit<RedisBrokerOptions, 'mode'> {
  /** `standalone` by default. */
  mode?: RedisBrokerOptions['mode']
  /** Maximum time to wait for an unreachable Redis, in milliseconds; 30 s by default. */
  waitMs?: number
}

/** Milliseconds between attempts. */
const RETRY_MS = 500

/** Milliseconds between log messages while waiting. */
const LOG_INTERVAL_MS = 5000

/**
 * Opens the configured broker. While Redis can't be reached, it retries and logs that; after `waitMs` it rejects with
 * `BrokerUnavailableError`. An invalid URL rejects immediately with `TypeError`.
 */
export const openBroker = async ({
  waitMs = 30_000, mode = 'standalone', ...options
}: OpenBrokerOptions): Promise<Broker> => {
  const { url, limits, logger = silentLogger } = options
  if (url === '') {
    return createMemoryBroker(limits, {
      onHandlerFault: (err, channel) => logger.error({ err, channel }, 'Channel handler failed')
    })
  }
  const start = performance.now()
  let loggedAt = -Infinity
  for (;;) {
    try {
      return await createRedisBroker({ ...options, mode })
    } catch (error) {
      if (!(error instanceof BrokerUnavailableError)) throw error
      const waited = performance.now() - start
      const reason = error.message
      if (waited >= waitMs) {
        throw new BrokerUnavailableError(
          `Redis was unavailable for ${Math.round(waitMs / 1000)} s (REDIS_URL, REDIS_MODE=${mode}): ${reason}`,
          { cause: error }
        )
      }
      if (waited - loggedAt >= LOG_INTERVAL_MS) {
        loggedAt = waited
        logger.warn({ mode, reason, waitMs }, 'Waiting for Redis')
      }
      await pause(Math.min(RETRY_MS, Math.max(0, waitMs - waited)))
    }
  }
}
