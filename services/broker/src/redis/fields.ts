import type { LogPosition } from '@motience/schemas'
import { sessionName } from '../broker.js'

/** Field of the meta hash with a session's last accepted message. */
export const sessionField = (device: string, session: string): string => `s:${sessionName(device, session)}`

/** A position as two arguments of a script; '' and '' without one. */
export const positionArguments = (position: LogPosition | undefined): [epoch: string, offset: string] =>
  position === undefined ? ['', ''] : [String(position.epoch), String(position.offset)]

/** Parses the position in an entry's id, `<epoch>-<offset>`. */
export const readPosition = (text: string): LogPosition => {
  const [epoch, offset] = text.split('-')
  return { epoch: Number(epoch), offset: Number(offset) }
}
