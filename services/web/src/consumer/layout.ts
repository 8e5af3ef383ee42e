import { kept } from '../session/kept.js'
import type { Group, LiveSeries } from './streams.js'

/** How a person has arranged the charts; kept in the browser. */
export interface Layout {
  /** Keys of groups and of series, in the wanted order; whatever is not named comes behind. */
  order: string[]
  wide: string[]
  hidden: string[]
  windowMs: number
}

/** Keys that a layout remembers; the oldest are forgotten. */
const MAX_KEYS = 1000

const isLayout = (value: unknown): boolean => {
  const layout = value as Partial<Layout> | null
  return (
    typeof layout === 'object' &&
    layout !== null &&
    Array.isArray(layout.order) &&
    Array.isArray(layout.wide) &&
    Array.isArray(layout.hidden) &&
    typeof layout.windowMs === 'number'
  )
}

export const layout = kept<Layout>(
  'motience.consumer.layout',
  { order: [], wide: [], hidden: [], windowMs: 60_000 },
  isLayout
)

/** Sorts by the wanted order, and leaves what it does not name where it was, behind. */
export const arrange = <T extends { key: string }>(items: readonly T[], order: readonly string[]): T[] => {
  const rank = new Map(order.map((key, index) => [key, index]))
  return items
    .map((item, index) => ({ item, rank: rank.get(item.key) ?? order.length + index }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ item }) => item)
}

/** The keys with one moved before, or behind, another; in the order in which they are shown. */
export const moved = (keys: readonly string[], key: string, to: number): string[] => {
  const rest = keys.filter(other => other !== key)
  rest.splice(Math.max(0, Math.min(rest.length, to)), 0, key)
  return rest
}

/** Makes this the order of these keys; others keep theirs. */
export const setOrder = (keys: readonly string[]): void => {
  const set = new Set(keys)
  layout.value = {
    ...layout.peek(),
    order: [...layout.peek().order.filter(key => !set.has(key)), ...keys].slice(-MAX_KEYS)
  }
}

const toggled = (keys: readonly string[], key: string): string[] =>
  keys.includes(key) ? keys.filter(other => other !== key) : [...keys, key].slice(-MAX_KEYS)

export const toggleWide = (key: string): void => {
  layout.value = { ...layout.peek(), wide: toggled(layout.peek().wide, key) }
}
export const toggleHidden = (key: string): void => {
  layout.value = { ...layout.peek(), hidden: toggled(layout.peek().hidden, key) }
}

/** The series of a group that are shown, in order. */
export const shownSeries = (group: Group, { order, hidden }: Layout): LiveSeries[] =>
  arrange(group.series.filter(series => !hidden.includes(series.key)), order)
