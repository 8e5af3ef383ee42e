import { comparePositions, type LogPosition } from '@motience/schemas'

/** Maximum ranges remembered while a gap precedes them. Completion finds those that are not remembered. */
const MAX_RANGES = 1_000

/** The position up to which this instance knows a producer's log to be stored without a gap. */
export interface StoredPosition {
  readonly position: LogPosition
  /** Records that everything of an epoch up to this position is stored. */
  reach (position: LogPosition): void
  /** Records that these positions, in the log's order, are stored. */
  add (positions: readonly LogPosition[]): void
}

/**
 * Several instances may write to one log. Each knows what it has stored itself, and learns from the broker what the
 * others have. Ranges that do not follow the stored position directly are therefore remembered until the gap is closed.
 */
export const createStoredPosition = (): StoredPosition => {
  let position: LogPosition = { epoch: 0, offset: 0 }
  /** Stored ranges above the position, ascending. */
  let ranges: { from: number, to: number }[] = []

  const reach = ({ epoch, offset }: LogPosition): void => {
    if (epoch < position.epoch) return
    if (epoch > position.epoch) ranges = []
    let to = epoch > position.epoch ? offset : Math.max(position.offset, offset)
    while (ranges.length > 0 && ranges[0]!.from <= to + 1) to = Math.max(to, ranges.shift()!.to)
    position = { epoch, offset: to }
  }

  const addRange = (epoch: number, from: number, to: number): void => {
    if (epoch > position.epoch) reach({ epoch, offset: 0 })
    if (epoch < position.epoch || to <= position.offset) return
    if (from <= position.offset + 1) {
      reach({ epoch, offset: to })
      return
    }
    // Commits end nearly in the log's order, so the new range usually comes last.
    let index = ranges.length
    while (index > 0 && ranges[index - 1]!.from > from) index--
    ranges.splice(index, 0, { from, to })
    if (ranges.length > MAX_RANGES) ranges.pop()
  }

  return {
    get position () { return position },
    reach,
    add (positions) {
      let first = positions[0]
      for (const [index, last] of positions.entries()) {
        const next = positions[index + 1]
        if (next !== undefined && comparePositions(next, { epoch: last.epoch, offset: last.offset + 1 }) === 0) continue
        addRange(last.epoch, first!.offset, last.offset)
        first = next
      }
    }
  }
}
