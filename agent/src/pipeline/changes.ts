import { mapLeaves, type Tree } from './tree.js'

/** What counts as a change. */
export interface ChangeOptions {
  /** Milliseconds after which everything is sent, whether it changed or not. */
  fullEveryMs: number
  /**
   * By path, in which `*` stands for any name (`temperature.*`): how far a number must be from what was last sent, as a
   * number or as a share of that (`5%`). The first that fits counts; without one any change does.
   */
  thresholds: Record<string, number | string>
}

/** Lets through what changed. */
export interface ChangeFilter {
  /** The changed series of a payload; null where nothing changed. `mono` in milliseconds. */
  filter (payload: Tree, mono: number): Tree | null
}

type Threshold = { pattern: RegExp, value: number, relative: boolean }

const compile = (thresholds: Record<string, number | string>): Threshold[] =>
  Object.entries(thresholds).map(([path, value]) => ({
    pattern: new RegExp(
      `^${path
        .split('*')
        .map(part => part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'))
        .join('[^.]+')}$`
    ),
    value: typeof value === 'string' ? Number.parseFloat(value) / 100 : value,
    relative: typeof value === 'string'
  }))

/** Series whose last value is remembered; past it all are forgotten, which makes the next reading a full one. */
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
