import { isoTime } from '../accept/envelope.js'
import type { Acknowledged } from '../accept/outcome.js'

/** JSON text of the answer for an accepted message: see `AcceptedSchema`. */
export const acknowledgedText = (
  producerId: number,
  { epoch, offset, subscriberCount, duplicate, receivedAt }: Acknowledged
): string =>
  `{"producer_id":${producerId},"epoch":${epoch},"offset":${offset},"subscriberCount":${subscriberCount},` +
  `"duplicate":${duplicate}${receivedAt === null ? '' : `,"received_at":"${isoTime(receivedAt)}"`}}`
