import type { LogPosition } from '@motience/schemas'
import { isNext } from '@motience/schemas/protocol'

/**
 * Whether `next` is the message right behind `position`, with nothing between them. Behind (0, 0), where a producer
 * stands that has sent nothing, its first epoch begins; every other epoch is announced by `resumed`.
 */
export const follows = (position: LogPosition, next: LogPosition): boolean =>
  isNext(position, next) || (position.epoch === 0 && position.offset === 0 && next.offset === 1)
