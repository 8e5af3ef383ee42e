import type { Broker, BrokerLogger } from '@motience/broker'

/** What an outbox works with. `Key` names whatever notes are kept of: a user, a producer. */
export interface OutboxParts<Key> {
  broker: Pick<Broker, 'connection' | 'onConnection'>
  log: BrokerLogger
  /** Milliseconds between looks at what calls or other instances left. */
  everyMs: number
  /** Of what something is noted, at most so many. */
  pending (limit: number): Promise<Key[]>
  /** Tells the broker all that is noted of one of them. Resolves once nothing is left. */
  tell (key: Key): Promise<unknown>
  /** What the broker is given at the start and after each `up`, before what is noted; tried until it succeeds. */
  restore? (): Promise<void>
  /** What is logged of a round that failed: a capitalised sentence. */
  failure: string
}

/** Tells the broker later what calls could not; see `startOutbox`. */
export interface Outbox {
  /** Stops telling, and resolves once the call that runs has ended. */
  close (): Promise<void>
}

/** Most of them that one look finds; the next follows at once while there are that many. */
const KEYS_AT_ONCE = 100

/**
 * What was committed to the database has to reach the broker too, and a crash or an outage may come between. So it is
 * noted in the same transaction, and what the call itself could not tell is told here: at the start, at each `up` of
 * the broker's link and every `everyMs` while it is up. One round at a time; one that fails is tried again at the next
 * occasion.
 */
export const startOutbox = <Key>({
  broker,
  log,
  everyMs,
  pending,
  tell,
  restore = async () => {},
  failure
}: OutboxParts<Key>): Outbox => {
  const stopping = new AbortController()
  let running: Promise<void> | undefined
  let again = false
  let mustRestore = true

  const round = async () => {
    if (mustRestore) {
      mustRestore = false
      try {
        await restore()
      } catch (error) {
        mustRestore = true
        throw error
      }
    }
    for (;;) {
      const keys = await pending(KEYS_AT_ONCE)
      for (const key of keys) {
        if (stopping.signal.aborted) return
        await tell(key)
      }
      if (keys.length < KEYS_AT_ONCE) return
    }
  }

  const run = async () => {
    do {
      again = false
      try {
        await round()
      } catch (error) {
        log.warn({ err: error }, failure)
      }
    } while (again && !stopping.signal.aborted)
    running = undefined
  }

  const wake = () => {
    if (running) again = true
    else running = run()
  }

  const stopListening = broker.onConnection(state => {
    if (state !== 'up') return
    mustRestore = true
    wake()
  })
  const timer = setInterval(() => {
    if (running === undefined && broker.connection === 'up') wake()
  }, everyMs)
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
