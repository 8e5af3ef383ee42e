import type { Message, PayloadText } from '@motience/schemas'

/** Why a message is refused before it is sent to DSM. `path` is a JSON pointer into the message. */
export interface MessageFault {
  code: 'MOT_DSM_BAD_PAYLOAD' | 'MOT_DSM_PAYLOAD_TOO_LARGE' | 'MOT_FORBIDDEN'
  message: string
  path: string
}

/** The sender of a message, and the maximum size of its payload in bytes. */
export interface MessageContext { producerId: number, deviceId: string | null, maxPayload: number }

/**
 * Writes the text of a message as DSM takes it (`DataBodySchema`), or says why the message is refused. The payload's
 * text is copied unchanged, which parsing and serialising would not guarantee. `deviceId` applies to messages that name
 * no device.
 */
export const dataBodyText = (
  message: Message,
  payload: PayloadText,
  { producerId, deviceId, maxPayload }: MessageContext
): string | MessageFault => {
  const { fault } = payload
  if (fault !== null) return { code: 'MOT_DSM_BAD_PAYLOAD', message: fault.message, path: `/payload${fault.path}` }
  if (payload.exceeds(maxPayload)) {
    return { code: 'MOT_DSM_PAYLOAD_TOO_LARGE', message: `The payload is over ${maxPayload} bytes`, path: '/payload' }
  }
  const { id, session, seq, timestamp, clock_offset_ms: clockOffset } = message
  const device = message.device_id ?? deviceId
  let text = `{"producer_id":${producerId}`
  if (device !== null) text += `,"device_id":${JSON.stringify(device)}`
  if (id !== undefined) text += `,"id":${JSON.stringify(id)}`
  if (session !== undefined) text += `,"session":${JSON.stringify(session)}`
  if (seq !== undefined) text += `,"seq":${seq}`
  if (timestamp !== undefined) text += `,"timestamp":${JSON.stringify(timestamp)}`
  if (clockOffset !== undefined) text += `,"clock_offset_ms":${clockOffset}`
  return `${text},"payload":${payload.text}}`
}
