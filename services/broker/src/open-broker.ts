import { setTimeout as pause } from 'node:timers/promises'
import { type Broker, BrokerUnavailableError } from './broker.js'
import { silentLogger } from './logger.js'
import { createMemoryBroker } from './memory/memory-broker.js'
import { createRedisBroker, type RedisBrokerOptions } from './redis/redis-broker.js'

/** As for Redis; an empty `url` is the memory broker. */
export interface OpenBrokerOptions extends Omit<RedisBrokerOptions, 'mode'> {
  /** `standalone` if not given. */
  mode?: RedisBrokerOptions['mode']
  /** Milliseconds to wait for a Redis that can't be reached at the start; 30 s if not given. */
  waitMs?: number
}

/** Milliseconds between two attempts. */
const RETRY_MS = 500

/** Milliseconds between two messages that tell of the waiting. */
const TELL_MS = 5000

/**
 * Opens the broker that the settings ask for. While Redis can't be reached it waits and tells so; after `waitMs` it
 * rejects with `BrokerUnavailableError`. A URL that can't be read rejects at once with `TypeError`.
 */
export const openBroker = async ({
  waitMs = 30_000, mode = 'standalone', ...options
}: OpenBrokerOptions): Promise<Broker> => {
  const { url, limits, logger = silentLogger } = options
  if (url === '') {
    return createMemoryBroker(limits, {
      onHandlerFault: (err, channel) => logger.error({ err, channel }, 'Handler of a channel failed')
    })
  }
  const start = performance.now()
  let toldAt = -Infinity
  for (;;) {
    try {
      return await createRedisBroker({ ...options, mode })
    } catch (error) {
      if (!(error instanceof BrokerUnavailableError)) throw error
      const waited = performance.now() - start
      const reason = error.message
      if (waited >= waitMs) {
        throw new BrokerUnavailableError(
          `Redis was not reached within ${Math.round(waitMs / 1000)} s (REDIS_URL, REDIS_MODE=${mode}): ${reason}`,
          { cause: error }
        )
      }
      if (waited - toldAt >= TELL_MS) {
        toldAt = waited
        logger.warn({ mode, reason, waitMs }, 'Waiting for Redis')
      }
      await pause(Math.min(RETRY_MS, Math.max(0, waitMs - waited)))
    }
  }
}
