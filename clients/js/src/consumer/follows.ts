import type { LogPosition } from '@motience/schemas'
import { isNext } from '@motience/schemas/protocol'

/**
 * Whether `next` immediately follows `position`. After (0, 0), the position of a producer without messages, comes its
 * first epoch; every other epoch is announced by `resumed`.
 */
export const follows = (position: LogPosition, next: LogPosition): boolean =>
  isNext(position, next) || (position.epoch === 0 && position.offset === 0 && next.offset === 1)
