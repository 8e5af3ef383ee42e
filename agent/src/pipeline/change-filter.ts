import { mapLeaves, type PayloadTree } from './payload-tree.js'
import { wildcardRegExp } from './wildcard.js'

/** Which changes are reported. */
export interface ChangeOptions {
  /** Interval at which everything is sent, changed or not, in milliseconds. */
  fullEveryMs: number
  /**
   * By path, with `*` for any name (`temperature.*`): minimum difference to the value last sent, absolute or relative
   * (`5%`). The first match applies; without one, any change is reported.
   */
  thresholds: Record<string, number | string>
}

/** Passes on changed values only. */
export interface ChangeFilter {
  /** The changed series of a payload; null if nothing changed. */
  filter (payload: PayloadTree, mono: number): PayloadTree | null
}

type Threshold = { pattern: RegExp, value: number, relative: boolean }

const compile = (thresholds: Record<string, number | string>): Threshold[] =>
  Object.entries(thresholds).map(([path, value]) => ({
    pattern: wildcardRegExp(path, '[^.]+'),
    value: typeof value === 'string' ? Number.parseFloat(value) / 100 : value,
    relative: typeof value === 'string'
  }))

/** Maximum number of remembered series; beyond it all are forgotten, and the next reading is sent in full. */
const MAX_SERIES = 10_000

export const createChangeFilter = ({ fullEveryMs, thresholds }: ChangeOptions): ChangeFilter => {
  const rules = compile(thresholds)
  const ruleOf = new Map<string, Threshold | undefined>()
  const sent = new Map<string, unknown>()
  let fullAt = -Infinity

  const isChange = (path: string, value: unknown): boolean => {
    const before = sent.get(path)
    if (typeof value !== 'number' || typeof before !== 'number') return JSON.stringify(value) !== JSON.stringify(before)
    if (!ruleOf.has(path)) ruleOf.set(path, rules.find(({ pattern }) => pattern.test(path)))
    const rule = ruleOf.get(path)
    if (rule === undefined || rule.value === 0) return value !== before
    return Math.abs(value - before) >= (rule.relative ? Math.abs(before) * rule.value : rule.value) && value !== before
  }

  return {
    filter: (payload, mono) => {
      if (sent.size > MAX_SERIES) {
        sent.clear()
        ruleOf.clear()
      }
      const full = mono - fullAt >= fullEveryMs || sent.size === 0
      if (full) fullAt = mono
      const changed = mapLeaves(payload, (path, value) => {
        if (!full && !isChange(path, value)) return undefined
        sent.set(path, value)
        return value
      })
      return Object.keys(changed).length === 0 ? null : changed
    }
  }
}
