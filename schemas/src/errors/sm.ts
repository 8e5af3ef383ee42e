import { catalogue } from './catalogue.js'

/** Problems that only SM answers. */
export const smProblems = catalogue({
  MOT_SM_NO_SUCH_PRODUCER: { status: 404, title: 'No such producer', action: 'Look it up in `GET /api/producers`.' },
  MOT_SM_NO_SUBSCRIPTION: { status: 404, title: 'No such subscription', action: 'Subscribe first.' }
})
