import type { Draft } from './envelope.js'
import type { Job } from './lane.js'
import type { Outcome } from './outcome.js'

/** Jobs whose messages go to the broker in order: in one call or, if the log has no room for all, in several. */
export interface Batch {
  readonly drafts: readonly Draft[]
  /** Records the outcomes of messages from an index on; a job resolves once all of its own are known. */
  settle (from: number, outcomes: readonly Outcome[]): void
}

export const createBatch = (jobs: readonly Job[]): Batch => {
  const drafts = jobs.length === 1 ? jobs[0]!.drafts : jobs.flatMap(job => job.drafts)
  const all = new Array<Outcome>(drafts.length)
  let end = 0
  const open = jobs.map(job => {
    const start = end
    end += job.drafts.length
    return { job, start, end, missing: job.drafts.length }
  })
  return {
    drafts,
    settle (from, outcomes) {
      const to = from + outcomes.length
      for (const [n, outcome] of outcomes.entries()) all[from + n] = outcome
      for (const one of open) {
        const overlap = Math.min(to, one.end) - Math.max(from, one.start)
        if (overlap <= 0) continue
        one.missing -= overlap
        if (one.missing === 0) one.job.resolve(all.slice(one.start, one.end))
      }
    }
  }
}
