/** Decides when unacked readings are synced to survive a power failure. */
export interface SyncPolicy {
  /** A reading was written. */
  written (n: number): void
  /** The reading was acked: the platform stores it, so the disk need not. */
  acked (n: number): void
  /** Resolves when everything written so far is on the disk. */
  flush (): Promise<void>
  close (): void
}

/** Unsynced readings beyond which the interval is cut short. */
const MAX_WAITING = 1000

/**
 * Syncs once an unacked reading is older than `intervalMs`. While the platform acks each reading within that time,
 * nothing is synced, which spares memory cards.
 */
export const createSyncPolicy = (intervalMs: number, mono: () => number, sync: () => Promise<void>): SyncPolicy => {
  const waiting = new Map<number, number>()
  let timer: NodeJS.Timeout | null = null
  let running: Promise<void> | null = null

  const run = (): Promise<void> => {
    waiting.clear()
    running = sync().finally(() => { running = null })
    return running
  }
  const arm = (ms: number) => {
    timer ??= setTimeout(() => {
      timer = null
      const oldest = waiting.values().next()
      if (oldest.done) return
      const left = oldest.value + intervalMs - mono()
      if (left > 5) arm(left)
      else if (running === null) run().catch(() => {})
      else arm(intervalMs)
    }, ms).unref()
  }

  return {
    written: n => {
      waiting.set(n, mono())
      if (waiting.size >= MAX_WAITING && running === null) run().catch(() => {})
      else arm(intervalMs)
    },
    acked: n => { waiting.delete(n) },
    flush: async () => {
      await running
      await run()
    },
    close: () => {
      if (timer !== null) clearTimeout(timer)
    }
  }
}
