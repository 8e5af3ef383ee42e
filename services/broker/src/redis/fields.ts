import type { LogPosition } from '@motience/schemas'
import { sessionName } from '../broker.js'

/** Field of the meta hash that keeps a session's last accepted message. */
export const sessionField = (device: string, session: string): string => `s:${sessionName(device, session)}`

/** A place as two of a script's arguments; '' and '' where there is none. */
export const placeArguments = (place: LogPosition | undefined): [epoch: string, offset: string] =>
  place === undefined ? ['', ''] : [String(place.epoch), String(place.offset)]

/** A place as it stands in an entry's id, `<epoch>-<offset>`. */
export const readPosition = (text: string): LogPosition => {
  const [epoch, offset] = text.split('-')
  return { epoch: Number(epoch), offset: Number(offset) }
}
