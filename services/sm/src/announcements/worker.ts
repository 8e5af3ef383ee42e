import type { Broker, Logger } from '@motience/kit'
import type { Announcer } from './announcer.js'

/** What the worker works with. */
export interface WorkerParts {
  announcer: Announcer
  broker: Broker
  log: Logger
  /** Milliseconds between looks at what calls or other instances left. */
  everyMs: number
}

/** Tells the broker later what calls could not. */
export interface AnnouncementWorker { close (): Promise<void> }

/** Most producers of one round; the next round follows at once while there are that many. */
const PRODUCERS_A_ROUND = 100

/**
 * At the start, at each `up` of the broker's link and every `everyMs` it tells the broker what was committed and not
 * told. One round at a time; one that fails is tried again at the next occasion.
 */
export const startAnnouncementWorker = ({ announcer, broker, log, everyMs }: WorkerParts): AnnouncementWorker => {
  const stopping = new AbortController()
  let running: Promise<void> | undefined
  let again = false

  const round = async () => {
    for (;;) {
      const producers = await announcer.pending(PRODUCERS_A_ROUND)
      for (const producerId of producers) {
        if (stopping.signal.aborted) return
        await announcer.settle(producerId, 0)
        log.info({ producer_id: producerId }, 'Told the broker of changed subscribers')
      }
      if (producers.length < PRODUCERS_A_ROUND) return
    }
  }

  const run = async () => {
    do {
      again = false
      try {
        await round()
      } catch (error) {
        log.warn({ err: error }, 'Could not tell the broker of changed subscribers yet')
      }
    } while (again && !stopping.signal.aborted)
    running = undefined
  }

  const wake = () => {
    if (running) again = true
    else if (!stopping.signal.aborted) running = run()
  }

  const stopListening = broker.onLink(state => { if (state === 'up') wake() })
  const timer = setInterval(() => { if (broker.link === 'up') wake() }, everyMs)
  timer.unref()
  wake()

  return {
    async close () {
      stopping.abort()
      clearInterval(timer)
      stopListening()
      await running
    }
  }
}
