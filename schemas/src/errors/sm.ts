import { catalogue } from './catalogue.js'

/** Problems that only SM returns. */
export const smProblems = catalogue({
  MOT_SM_NO_SUCH_PRODUCER: { status: 404, title: 'No such producer', action: 'Look it up in `GET /api/producers`.' },
  MOT_SM_NO_SUBSCRIPTION: { status: 404, title: 'No such subscription', action: 'Subscribe first.' },
  MOT_SM_NOT_ASKED: {
    status: 409,
    title: 'Consumer has unsubscribed',
    action: 'Wait for the consumer to subscribe again.'
  }
})
