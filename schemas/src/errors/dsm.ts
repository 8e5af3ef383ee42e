import { catalogue } from './catalogue.js'

/** Problems that only DSM answers. */
export const dsmProblems = catalogue({
  MOT_DSM_PAYLOAD_TOO_LARGE: {
    status: 413,
    title: 'Payload too large',
    action: 'Send a payload of at most `max_payload` bytes.'
  },
  MOT_DSM_BAD_PAYLOAD: {
    status: 400,
    title: 'Payload refused',
    action:
      'Send a JSON object without `__proto__` keys and numbers that overflow a double, at most 32 levels deep; `errors` or `path` says where.'
  },
  MOT_DSM_NOT_SUBSCRIBED: {
    status: 403,
    title: 'Not an active subscriber',
    action: 'Subscribe, or wait for the approval.'
  },
  MOT_DSM_SEQ_PASSED: {
    status: 409,
    title: 'Sequence number passed',
    action: 'It is not above the last accepted one and no such message is kept: number new messages higher.'
  }
})
