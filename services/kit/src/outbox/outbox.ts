import type { Broker, BrokerLogger } from '@motience/broker'

/** Options of an outbox. `Key` identifies what its entries belong to: a user, a producer. */
export interface OutboxOptions<Key> {
  broker: Pick<Broker, 'connection' | 'onConnection'>
  log: BrokerLogger
  /** Milliseconds between checks for entries that calls or other instances left. */
  everyMs: number
  /** Keys with entries, at most `limit`. */
  pending (limit: number): Promise<Key[]>
  /** Publishes all entries of a key to the broker. Resolves once none is left. */
  publish (key: Key): Promise<unknown>
  /**
   * Restores the broker's state at the start and after each `up`, before entries are published; repeated until it
   * succeeds.
   */
  restore? (): Promise<void>
  /** Log message for a failed round. */
  failureMessage: string
}

/** Publishes to the broker what was committed but not published yet; see `startOutbox`. */
export interface Outbox {
  /** Stops publishing; resolves once the running call has ended. */
  close (): Promise<void>
}

/** Maximum number of keys per query; the next one follows immediately while there are that many. */
const KEYS_AT_ONCE = 100

/**
 * What is committed to the database has to reach the broker, too, but a crash or an outage may come in between. So it
 * is recorded in the same transaction, and what the call itself could not publish is published here: at the start, at
 * each `up` of the broker's connection, and every `everyMs` while it is up. Rounds don't overlap; after a failed one,
 * the next `up` or check tries again.
 */
export const startOutbox = <Key>({
  broker,
  log,
  everyMs,
  pending,
  publish,
  restore = async () => {},
  failureMessage
}: OutboxOptions<Key>): Outbox => {
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
        await publish(key)
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
        log.warn({ err: error }, failureMessage)
      }
    } while (again && !stopping.signal.aborted)
    running = undefined
  }

  const runOrRepeat = () => {
    if (running) again = true
    else running = run()
  }

  const stopListening = broker.onConnection(state => {
    if (state !== 'up') return
    mustRestore = true
    runOrRepeat()
  })
  const timer = setInterval(() => {
    if (running === undefined && broker.connection === 'up') runOrRepeat()
  }, everyMs)
  timer.unref()
  runOrRepeat()

  return {
    async close () {
      stopping.abort()
      clearInterval(timer)
      stopListening()
      await running
    }
  }
}
