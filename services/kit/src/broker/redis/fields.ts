import type { Place } from '../broker.js'

/** Field of the meta hash that keeps a session's last accepted message. Neither a device nor a session has a line feed. */
export const sessionField = (device: string, session: string): string => `s:${device}\n${session}`

/** A place as it stands in an entry's id, `<epoch>-<offset>`. */
export const readPlace = (text: string): Place => {
  const [epoch, offset] = text.split('-')
  return { epoch: Number(epoch), offset: Number(offset) }
}
