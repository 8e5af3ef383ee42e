import { comparePositions, type LogPosition } from '@motience/schemas'

/**
 * Most stretches that are remembered because something before them is missing. What is not remembered is found by a
 * completion.
 */
const MAX_STRETCHES = 1_000

/** Up to where an instance knows a producer's log to be stored without a hole. */
export interface StoredMark {
  readonly place: LogPosition
  /** Learns that everything of an epoch up to here is stored. */
  reach (place: LogPosition): void
  /** Learns that these places, in the log's order, are stored. */
  add (places: readonly LogPosition[]): void
}

/**
 * Several instances may write one log: each knows what itself has stored, and of the others' what the broker tells. So
 * what does not follow on from the mark is kept until the rest is known.
 */
export const createStoredMark = (): StoredMark => {
  let place: LogPosition = { epoch: 0, offset: 0 }
  /** Stored stretches above the mark, rising. */
  let stretches: { from: number, to: number }[] = []

  const reach = ({ epoch, offset }: LogPosition): void => {
    if (epoch < place.epoch) return
    if (epoch > place.epoch) stretches = []
    let to = epoch > place.epoch ? offset : Math.max(place.offset, offset)
    while (stretches.length > 0 && stretches[0]!.from <= to + 1) to = Math.max(to, stretches.shift()!.to)
    place = { epoch, offset: to }
  }

  const addStretch = (epoch: number, from: number, to: number): void => {
    if (epoch > place.epoch) reach({ epoch, offset: 0 })
    if (epoch < place.epoch || to <= place.offset) return
    if (from <= place.offset + 1) {
      reach({ epoch, offset: to })
      return
    }
    // Commits end nearly in the log's order: it mostly comes last.
    let index = stretches.length
    while (index > 0 && stretches[index - 1]!.from > from) index--
    stretches.splice(index, 0, { from, to })
    if (stretches.length > MAX_STRETCHES) stretches.pop()
  }

  return {
    get place () { return place },
    reach,
    add (places) {
      let first = places[0]
      for (const [index, last] of places.entries()) {
        const next = places[index + 1]
        if (next !== undefined && comparePositions(next, { epoch: last.epoch, offset: last.offset + 1 }) === 0) continue
        addStretch(last.epoch, first!.offset, last.offset)
        first = next
      }
    }
  }
}
