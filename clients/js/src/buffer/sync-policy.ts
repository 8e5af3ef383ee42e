/** When unacked readings are made to survive a power cut. */
export interface SyncPolicy {
  /** A reading was written. */
  written (n: number): void
  /** It was acked: the platform keeps it, so the disk need not. */
  acked (n: number): void
  /** Ends when everything written so far is on the disk. */
  flush (): Promise<void>
  close (): void
}

/** Past so many readings that wait, the disk is not given the rest of the interval. */
const MAX_WAITING = 1000

/**
 * Syncs once an unacked reading has waited for `intervalMs`. While the platform acks each reading within that time,
 * nothing is synced at all, which is what lets a memory card live for years.
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
