import t from 'tap'
import { BrokerUnavailableError } from '@motience/broker'
import { problemDocument, ProblemError, toProblem } from './index.js'

t.test('errors become documented problems', async t => {
  const withStatus = (statusCode: number): Error => Object.assign(new Error('internals'), { statusCode })
  const withCode = (code: string): Error => Object.assign(new Error('internals'), { code })
  const cases: [unknown, string, number][] = [
    [withStatus(401), 'MOT_UNAUTHORIZED', 401],
    [withStatus(403), 'MOT_FORBIDDEN', 403],
    [withStatus(404), 'MOT_NOT_FOUND', 404],
    [withStatus(405), 'MOT_METHOD_NOT_ALLOWED', 405],
    [withStatus(408), 'MOT_TIMEOUT', 408],
    [withStatus(413), 'MOT_BODY_TOO_LARGE', 413],
    [withStatus(415), 'MOT_UNSUPPORTED_MEDIA_TYPE', 415],
    [withStatus(418), 'MOT_BAD_INPUT', 400],
    [withStatus(429), 'MOT_RATE_LIMITED', 429],
    [withStatus(503), 'MOT_UNAVAILABLE', 503],
    [withStatus(200), 'MOT_INTERNAL', 500],
    [withCode('57P01'), 'MOT_UNAVAILABLE', 503],
    [withCode('CONNECTION_CLOSED'), 'MOT_UNAVAILABLE', 503],
    [Object.assign(withCode('ECONNRESET'), { statusCode: 400 }), 'MOT_BAD_INPUT', 400],
    [withCode('23505'), 'MOT_INTERNAL', 500],
    [withCode('FST_ERR_CTP_INVALID_CONTENT_LENGTH'), 'MOT_BAD_INPUT', 400],
    [new BrokerUnavailableError('internals'), 'MOT_UNAVAILABLE', 503],
    ['a text', 'MOT_INTERNAL', 500],
    [null, 'MOT_INTERNAL', 500]
  ]
  for (const [error, code, status] of cases) {
    const problem = toProblem(error)
    t.strictSame([problem.code, problem.statusCode], [code, status], String(error))
    t.equal(problem.cause, error, 'the cause is kept for the log')
    t.notMatch(JSON.stringify(problemDocument(problem, 'r')), /internals/)
    t.equal(problem.retryAfterSecs !== undefined, status === 503)
  }
})

t.test('a problem is returned unchanged', async t => {
  const problem = new ProblemError('MOT_SM_NO_SUBSCRIPTION', 'None of 7', {
    errors: [{ path: '/producer_id', message: 'none' }]
  })
  t.equal(toProblem(problem), problem)
  t.strictSame(problemDocument(problem, 'r-1'), {
    type: '/docs/errors.md#mot_sm_no_subscription',
    title: 'No such subscription',
    status: 404,
    detail: 'None of 7',
    code: 'MOT_SM_NO_SUBSCRIPTION',
    request_id: 'r-1',
    errors: [{ path: '/producer_id', message: 'none' }]
  })
  t.equal(new ProblemError('MOT_INTERNAL').message, 'Internal error')
})
