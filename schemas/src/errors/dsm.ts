import { catalogue } from './catalogue.js'

/** Problems that only DSM returns. */
export const dsmProblems = catalogue({
  MOT_DSM_PAYLOAD_TOO_LARGE: {
    status: 413,
    title: 'Payload too large',
    action: 'Send a payload of at most `max_payload` bytes.'
  },
  MOT_DSM_BAD_PAYLOAD: {
    status: 400,
    title: 'Invalid payload',
    action:
      'Send a JSON object nested at most 32 levels deep, without `__proto__` keys or numbers that overflow a double; ' +
      '`errors` or `path` locates the fault.'
  },
  MOT_DSM_NOT_SUBSCRIBED: {
    status: 403,
    title: 'Not an active subscriber',
    action: 'Subscribe, or wait for approval.'
  },
  MOT_DSM_SEQ_PASSED: {
    status: 409,
    title: 'Sequence number too low',
    action:
      '`seq` is not higher than the last accepted one, and no stored message matches; ' +
      'use a higher `seq` for new messages.'
  }
})
