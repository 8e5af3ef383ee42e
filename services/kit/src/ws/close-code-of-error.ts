import { closeCodes } from '@motience/schemas'

/** RFC 6455's code for an end without a closing handshake; it is never sent. */
export const CLOSED_ABNORMALLY = 1006

const PROTOCOL_ERROR = 1002

/** The close code of a connection that ended with this error of `ws` or of its socket. */
export const closeCodeOfError = (code: string | undefined): number => {
  switch (code) {
    case 'WS_ERR_INVALID_UTF8': return closeCodes.badData
    case 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH':
    case 'WS_ERR_TOO_MANY_BUFFERED_PARTS': return closeCodes.tooBig
    default: return code?.startsWith('WS_ERR') === true ? PROTOCOL_ERROR : CLOSED_ABNORMALLY
  }
}
