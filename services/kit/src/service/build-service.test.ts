import { apRoutes, dsmRoutes, type Problem } from '@motience/schemas'
import t, { type Test } from 'tap'
import { buildService, ProblemError, type ServiceApp, type ServiceOptions } from './index.js'

const build = async (t: Test, options: Partial<ServiceOptions> = {}): Promise<ServiceApp> => {
  const app = await buildService('ap', { ready: {}, ...options })
  t.teardown(async () => { await app.close() })
  return app
}

const problemOf = (t: Test, response: { headers: Record<string, unknown>, json: () => unknown }): Problem => {
  t.match(response.headers['content-type'], /^application\/problem\+json/)
  return response.json() as Problem
}

t.test('a schema of a route types its body and its response', async t => {
  const app = await build(t)
  app.route({
    ...apRoutes.loginRoute,
    handler: async request => {
      const { username } = request.body
      const user = { id: 1, username, role: 'producer' as const, device_id: null, created_at: 'now' }
      return { access_token: 'a', refresh_token: 'r', token_type: 'Bearer' as const, expires_in: 1, user_id: 1, user }
    }
  })
  const response = await app.inject({
    method: 'POST',
    url: '/api/auth/login',
    payload: { username: 'ann', password: 'x' }
  })
  t.equal(response.statusCode, 200)
  t.match(response.json(), { user: { username: 'ann' } })
})

t.test('invalid input is refused with the paths', async t => {
  const app = await build(t)
  app.route({
    ...dsmRoutes.postDataRoute,
    handler: async request => ({
      producer_id: request.body.producer_id ?? 1,
      epoch: 1,
      offset: 1,
      subscriberCount: 0,
      duplicate: false
    })
  })
  const post = async (payload: unknown) =>
    await app.inject({ method: 'POST', url: '/api/data', payload: payload as object })
  t.strictSame(
    problemOf(t, await post({ producer_id: '1', payload: {} })).errors?.map(({ path }) => path),
    ['/producer_id'],
    'no coercion in bodies'
  )
  t.strictSame(
    problemOf(t, await post({ producer_id: 1, payload: {}, extra: 1 })).errors?.map(({ path }) => path),
    ['/extra']
  )
  t.strictSame(problemOf(t, await post({ producer_id: 1, payload: [] })).errors?.map(({ path }) => path), ['/payload'])
  t.equal((await post({ producer_id: 1, payload: { a: 1 } })).statusCode, 200)
  const many = problemOf(t, await post(Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`x${i}`, 1]))))
  t.equal(many.errors?.length, 20, 'the list of errors is bounded')
})

t.test('queries are converted, defaults filled in', async t => {
  const app = await build(t)
  app.route({
    ...apRoutes.producersRoute,
    handler: async request => ({ items: [], next_cursor: JSON.stringify(request.query) })
  })
  const get = async (query: string) => await app.inject(`/api/producers?${query}`)
  t.strictSame(JSON.parse((await get('limit=7&q=12')).json<{ next_cursor: string }>().next_cursor), {
    limit: 7,
    q: '12'
  })
  t.strictSame(JSON.parse((await get('')).json<{ next_cursor: string }>().next_cursor), { limit: 100 })
  for (const bad of ['limit=1.5', 'limit=abc', 'limit=0', 'limit=1001', 'limit=', 'nope=1', 'limit=1&limit=2']) {
    t.equal((await get(bad)).statusCode, 400, bad)
  }
})

t.test('every kind of error is a problem', async t => {
  const app = await build(t, { bodyLimit: 200 })
  app.post('/echo', async request => request.body)
  app.get('/things/:id', async () => { throw new Error('secret internals') })
  app.get('/busy', async () => { throw new ProblemError('MOT_UNAVAILABLE', 'Later', { retryAfterSecs: 3 }) })
  app.get('/database', async () => { throw Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }) })
  const json = { 'content-type': 'application/json' }
  const cases = [
    [{ method: 'GET', url: '/nowhere' }, 404, 'MOT_NOT_FOUND'],
    [{ method: 'DELETE', url: '/things/1' }, 405, 'MOT_METHOD_NOT_ALLOWED'],
    [{ method: 'QUERY' as 'GET', url: '/things/1' }, 405, 'MOT_METHOD_NOT_ALLOWED'],
    [{ method: 'PROPFIND' as 'GET', url: '/things/1' }, 405, 'MOT_METHOD_NOT_ALLOWED'],
    [{ method: 'POST', url: '/echo', payload: '{"a":', headers: json }, 400, 'MOT_BAD_JSON'],
    [{ method: 'POST', url: '/echo', payload: '', headers: json }, 400, 'MOT_BAD_JSON'],
    [{ method: 'POST', url: '/echo', payload: '{"__proto__":{"a":1}}', headers: json }, 400, 'MOT_BAD_JSON'],
    [
      { method: 'POST', url: '/echo', payload: JSON.stringify('x'.repeat(300)), headers: json },
      413,
      'MOT_BODY_TOO_LARGE'
    ],
    [
      { method: 'POST', url: '/echo', payload: '<a/>', headers: { 'content-type': 'text/xml' } },
      415,
      'MOT_UNSUPPORTED_MEDIA_TYPE'
    ],
    [{ method: 'GET', url: '/things/1' }, 500, 'MOT_INTERNAL'],
    [{ method: 'GET', url: '/busy' }, 503, 'MOT_UNAVAILABLE'],
    [{ method: 'GET', url: '/database' }, 503, 'MOT_UNAVAILABLE'],
    [{ method: 'GET', url: '/things/%zz' }, 400, 'MOT_BAD_INPUT']
  ] as const
  for (const [request, status, code] of cases) {
    const response = await app.inject(request)
    const problem = problemOf(t, response)
    t.strictSame(
      [response.statusCode, problem.status, problem.code],
      [status, status, code],
      `${request.method} ${request.url}`
    )
    t.equal(problem.request_id, response.headers['x-request-id'] ?? problem.request_id)
    t.notMatch(response.body, /secret internals|ECONNREFUSED/)
    t.equal(response.headers['retry-after'] !== undefined, status === 503)
  }
  t.equal((await app.inject({ method: 'DELETE', url: '/things/1' })).headers['allow'], 'GET, HEAD')
  t.equal((await app.inject('/busy')).headers['retry-after'], '3')
})
