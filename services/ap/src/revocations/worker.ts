import type { Broker } from '@motience/kit'
import type { FastifyBaseLogger } from 'fastify'
import type { Announcer } from './announcer.js'

/** What the worker works with. */
export interface WorkerParts {
  announcer: Announcer
  broker: Broker
  log: FastifyBaseLogger
  /** Milliseconds between looks at what other calls or instances left. */
  everyMs: number
}

/** Finishes what calls could not. */
export interface RevocationWorker {
  /** Resolves after the round that runs and the one after it. */
  settle (): Promise<void>
  close (): Promise<void>
}

/** Most users of whom one round tells; the next follows at once. */
const USERS_A_ROUND = 100

/**
 * At the start and at each `up` of the broker's link it gives the broker every revocation in force; then, and every
 * `everyMs`, it tells what is noted. One round at a time; a round that fails is tried again at the next occasion.
 */
export const startRevocationWorker = ({ announcer, broker, log, everyMs }: WorkerParts): RevocationWorker => {
  let mustReplace = true
  let again = false
  const stopping = new AbortController()
  let running: Promise<void> | undefined

  const round = async () => {
    if (mustReplace) {
      mustReplace = false
      try {
        await announcer.replaceAll()
      } catch (error) {
        mustReplace = true
        throw error
      }
    }
    for (;;) {
      const users = await announcer.pending(USERS_A_ROUND)
      for (const userId of users) await announcer.announce(userId)
      if (users.length < USERS_A_ROUND || stopping.signal.aborted) break
    }
  }

  const run = async () => {
    do {
      again = false
      try {
        await round()
      } catch (error) {
        log.warn({ err: error }, 'Could not tell the broker of revocations yet')
      }
    } while (again && !stopping.signal.aborted)
    running = undefined
  }

  const wake = (): Promise<void> => {
    if (running) again = true
    else if (!stopping.signal.aborted) running = run()
    return running ?? Promise.resolve()
  }

  const stopListening = broker.onLink(state => {
    if (state !== 'up') return
    mustReplace = true
    wake()
  })
  const timer = setInterval(() => {
    if (running === undefined && broker.link === 'up') wake()
  }, everyMs)
  timer.unref()
  wake()

  return {
    settle: wake,
    async close () {
      stopping.abort()
      clearInterval(timer)
      stopListening()
      await running
    }
  }
}
