import t from 'tap'
import { call, newName, newUser, PASSWORD, testAp, testSettings, testStores } from './test-ap.js'

const stores = await testStores(t)
const app = await testAp(t, stores)

const cases: Record<string, { path: string, body: unknown }[]> = {
  'POST /api/auth/register': [
    { path: '/username', body: { password: PASSWORD, role: 'producer' } },
    { path: '/username', body: { username: 'ab', password: PASSWORD, role: 'producer' } },
    { path: '/username', body: { username: 'x'.repeat(65), password: PASSWORD, role: 'producer' } },
    { path: '/username', body: { username: 'two words', password: PASSWORD, role: 'producer' } },
    { path: '/username', body: { username: 'nul\0name', password: PASSWORD, role: 'producer' } },
    { path: '/username', body: { username: 42, password: PASSWORD, role: 'producer' } },
    { path: '/password', body: { username: 'abc', password: 'short', role: 'producer' } },
    { path: '/password', body: { username: 'abc', password: 'x'.repeat(129), role: 'producer' } },
    { path: '/password', body: { username: 'abc', password: null, role: 'producer' } },
    { path: '/role', body: { username: 'abc', password: PASSWORD, role: 'admin' } },
    { path: '/role', body: { username: 'abc', password: PASSWORD, role: 'service' } },
    { path: '/device_id', body: { username: 'abc', password: PASSWORD, role: 'producer', device_id: '' } },
    { path: '/device_id', body: { username: 'abc', password: PASSWORD, role: 'producer', device_id: 'a\0b' } },
    { path: '/id', body: { username: 'abc', password: PASSWORD, role: 'producer', id: 1 } },
    { path: '', body: [] },
    { path: '', body: '"text"' }
  ],
  'POST /api/auth/login': [
    { path: '/password', body: { username: 'abc' } },
    { path: '/username', body: { username: '', password: 'x' } },
    { path: '/username', body: { username: ['abc'], password: 'x' } },
    { path: '/role', body: { username: 'abc', password: 'x', role: 'admin' } }
  ],
  'POST /api/auth/refresh': [
    { path: '/refresh_token', body: {} },
    { path: '/refresh_token', body: { refresh_token: 'x'.repeat(513) } },
    { path: '/refresh_token', body: { refresh_token: { $ne: '' } } }
  ],
  'POST /api/auth/logout': [{ path: '/refresh_token', body: { refresh_token: 1 } }],
  'POST /api/auth/verify': [
    { path: '/token', body: {} },
    { path: '/token', body: { token: '' } },
    { path: '/token', body: { token: 'x'.repeat(4097) } }
  ],
  'POST /api/auth/service-token': [
    { path: '/service', body: { service: 'ap', secret: 'x' } },
    { path: '/secret', body: { service: 'sm' } }
  ]
}

for (const [route, bodies] of Object.entries(cases)) {
  t.test(`${route} names what is wrong`, async t => {
    for (const { path, body } of bodies) {
      const [method, url] = route.split(' ') as ['POST', string]
      const answer = await app.inject({
        method,
        url,
        headers: { 'content-type': 'application/json' },
        payload: typeof body === 'string' ? body : JSON.stringify(body)
      })
      const problem = answer.json<{ code: string, errors: { path: string }[], request_id: string }>()
      t.equal(answer.statusCode, 400, JSON.stringify(body).slice(0, 80))
      t.match(answer.headers['content-type'], 'application/problem+json')
      t.equal(problem.code, 'MOT_BAD_INPUT')
      t.ok(problem.errors.some(error => error.path === path), `${path} is named`)
      t.equal(answer.headers['x-request-id'], problem.request_id)
    }
  })
}

t.test('nothing of what was refused was kept', async t => {
  const rows = await stores.database.sql`SELECT 1 FROM ap.users`
  t.equal(rows.length, 0)
})

t.test('what is not JSON, or too much of it, is refused', async t => {
  const post = async (payload: string, type = 'application/json') =>
    (await app.inject({ method: 'POST', url: '/api/auth/login', headers: { 'content-type': type }, payload })).json<{
      code: string
    }>().code
  t.equal(await post('{"username":'), 'MOT_BAD_JSON')
  t.equal(await post(''), 'MOT_BAD_JSON')
  t.equal(await post('{"username":"a","password":"b","__proto__":{"role":"admin"}}'), 'MOT_BAD_JSON')
  t.equal(await post(JSON.stringify({ username: 'x'.repeat(70_000) })), 'MOT_BODY_TOO_LARGE')
  t.equal(await post('username=a', 'application/x-www-form-urlencoded'), 'MOT_UNSUPPORTED_MEDIA_TYPE')
})

t.test('a wrong path or method is told apart', async t => {
  t.match(await call(app, 'GET /api/nothing'), { status: 404, body: { code: 'MOT_NOT_FOUND' } })
  t.match(await call(app, 'GET /api/auth/login'), {
    status: 405,
    body: { code: 'MOT_METHOD_NOT_ALLOWED' },
    headers: { allow: 'POST' }
  })
})

t.test('signing up and in too often from one address is refused for a while', async t => {
  const limited = await testAp(t, { ...stores, settings: { ...testSettings, loginRate: 3 } })
  const login = { username: newName(), password: PASSWORD }
  for (let attempt = 0; attempt < 2; attempt++) {
    t.equal((await call(limited, 'POST /api/auth/login', { body: login })).status, 401)
  }
  t.equal((await call(limited, 'POST /api/auth/register', { body: { ...login, role: 'producer' } })).status, 201)
  for (const route of ['POST /api/auth/login', 'POST /api/auth/register'] as const) {
    const { status, body, headers } = await call(limited, route, { body: { ...login, role: 'producer' } })
    t.match({ status, body }, { status: 429, body: { code: 'MOT_RATE_LIMITED' } })
    t.ok(Number(headers['retry-after']) > 0 && Number(headers['retry-after']) <= 60)
  }
  const other = await limited.inject({
    method: 'POST',
    url: '/api/auth/login',
    remoteAddress: '10.0.0.2',
    payload: login
  })
  t.equal(other.statusCode, 200, 'another address is not held up')
})

t.test('health, readiness and metrics answer', async t => {
  await newUser(app)
  t.equal((await app.inject('/health')).statusCode, 200)
  t.equal((await app.inject('/ready')).statusCode, 200)
  const metrics = (await app.inject('/metrics')).body
  t.match(metrics, /motience_ap_logins_total\{outcome="ok"\} 1/)
  t.match(metrics, 'motience_ap_password_hashes_waiting 0')
  t.match((await app.inject('/openapi.json')).json<{ openapi: string }>().openapi, '3.1')
})
