import { persistentSignal } from '../session/persistent-signal.js'
import type { Group, LiveSeries } from './streams.js'

/** The arrangement of the charts, stored in the browser. */
export interface ChartLayout {
  /** Keys of groups and series in order; unlisted ones come last. */
  order: string[]
  wide: string[]
  hidden: string[]
  windowMs: number
}

/** Maximum number of keys in a layout; the oldest are dropped. */
const MAX_KEYS = 1000

const isLayout = (value: unknown): boolean => {
  const layout = value as Partial<ChartLayout> | null
  return (
    typeof layout === 'object' &&
    layout !== null &&
    Array.isArray(layout.order) &&
    Array.isArray(layout.wide) &&
    Array.isArray(layout.hidden) &&
    typeof layout.windowMs === 'number'
  )
}

export const layout = persistentSignal<ChartLayout>(
  'motience.consumer.layout',
  { order: [], wide: [], hidden: [], windowMs: 60_000 },
  isLayout
)

/** Sorts by the given order; unlisted items keep their order and come last. */
export const arrange = <T extends { key: string }>(items: readonly T[], order: readonly string[]): T[] => {
  const rank = new Map(order.map((key, index) => [key, index]))
  return items
    .map((item, index) => ({ item, rank: rank.get(item.key) ?? order.length + index }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ item }) => item)
}

/** The keys with one of them moved to the index `to`. */
export const moved = (keys: readonly string[], key: string, to: number): string[] => {
  const rest = keys.filter(other => other !== key)
  rest.splice(Math.max(0, Math.min(rest.length, to)), 0, key)
  return rest
}

/** Stores the order of these keys; other keys keep theirs. */
export const setOrder = (keys: readonly string[]): void => {
  const set = new Set(keys)
  layout.value = {
    ...layout.peek(),
    order: [...layout.peek().order.filter(key => !set.has(key)), ...keys].slice(-MAX_KEYS)
  }
}

const toggled = (keys: readonly string[], key: string): string[] =>
  keys.includes(key) ? keys.filter(other => other !== key) : [...keys, key].slice(-MAX_KEYS)

/** Switches a chart between normal and full width. */
export const toggleWide = (key: string): void => {
  layout.value = { ...layout.peek(), wide: toggled(layout.peek().wide, key) }
}
/** Hides or shows a chart. */
export const toggleHidden = (key: string): void => {
  layout.value = { ...layout.peek(), hidden: toggled(layout.peek().hidden, key) }
}

/** The visible series of a group, in order. */
export const shownSeries = (group: Group, { order, hidden }: ChartLayout): LiveSeries[] =>
  arrange(group.series.filter(series => !hidden.includes(series.key)), order)
