import { createLane, isIdle, type Lane } from './lane.js'

/** The lanes of this instance, by producer. */
export interface Lanes {
  /** The lane of a producer, created if there is none. */
  of (producerId: number): Lane
  find (producerId: number): Lane | undefined
  all (): Iterable<Lane>
  readonly size: number
}

/** Keeps every lane in use and at most `maxIdle` idle ones; the least recently used is dropped first. */
export const createLanes = (maxIdle: number): Lanes => {
  /** Least recently used first. */
  const lanes = new Map<number, Lane>()

  const dropOldest = (): void => {
    for (const lane of lanes.values()) {
      if (lanes.size <= maxIdle) break
      if (!isIdle(lane)) break
      lanes.delete(lane.producerId)
    }
  }

  return {
    of (producerId) {
      const lane = lanes.get(producerId) ?? createLane(producerId)
      lanes.delete(producerId)
      dropOldest()
      lanes.set(producerId, lane)
      return lane
    },
    find: producerId => lanes.get(producerId),
    all: () => lanes.values(),
    get size () { return lanes.size }
  }
}
