import { buildService, createClientAddresses } from '@motience/kit'
import t, { type Test } from 'tap'
import {
  contentSecurityPolicy, pageConfig, registerPages, resolveConfig, type PageConfig, type RegisterPagesOptions
} from '../index.js'

const config = pageConfig({}, 'producer')
const upstreams = { ap: 'http://127.0.0.1:1', sm: 'http://127.0.0.1:1', dsm: 'http://127.0.0.1:1' }

const start = async (t: Test, options: Partial<RegisterPagesOptions>) => {
  const app = await buildService('wss1', { ready: {} })
  await app.register(registerPages, {
    page: 'producer',
    config,
    upstreams,
    clientAddresses: createClientAddresses('a secret'),
    ...options
  })
  t.teardown(() => app.close())
  return app
}

t.test('serves the page and its files, and nothing else', async t => {
  const folder = t.testdir({
    'index.html': '<p>page</p>',
    'index.html.gz': 'not really',
    assets: { 'a-123.js': 'code' },
    secret: 'x'
  })
  const app = await start(t, { folder })
  app.get('/other', async () => 'other')

  const page = await app.inject({ url: '/', headers: { host: 'plant.local:3010' } })
  t.equal(page.body, '<p>page</p>')
  t.equal(page.headers['cache-control'], 'no-cache')
  t.equal(
    page.headers['content-security-policy'],
    "default-src 'self'; connect-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; " +
      "form-action 'self'; frame-ancestors 'none'"
  )
  t.match((await app.inject('/assets/a-123.js')).headers['cache-control'], /immutable/)
  t.equal((await app.inject({ url: '/', headers: { 'accept-encoding': 'gzip' } })).headers['content-encoding'], 'gzip')
  t.equal((await app.inject('/assets/../../package.json')).statusCode, 404)
  t.not(
    (await app.inject('/other')).headers['content-security-policy'],
    page.headers['content-security-policy'],
    'other routes are not affected'
  )
})

t.test('config.json refers to the page\'s own origin, and is not cached', async t => {
  const app = await start(t, { folder: null })
  const response = await app.inject({ url: '/config.json', headers: { host: '[::1]:3010' } })
  t.same(response.json(), { ap_url: 'ap', sm_url: 'sm', dsm_url: 'dsm', websocket_url: 'producer', heartbeat: 25_000 })
  t.equal(response.headers['cache-control'], 'no-store')
})

t.test('each service has its own path', async t => {
  const app = await start(t, { folder: null })
  for (const name of ['ap', 'sm', 'dsm']) {
    const { code, detail } = (await app.inject(`/${name}/api/x`)).json()
    t.match({ code, detail }, { code: 'MOT_UNAVAILABLE', detail: /Can't reach the service/ }, name)
  }
  t.equal((await app.inject('/wss2/api/x')).statusCode, 404)
})

t.test('returns 503 with instructions if the pages are not built', async t => {
  const app = await start(t, { page: 'consumer', folder: null })
  const response = await app.inject('/')
  t.equal(response.statusCode, 503)
  t.match(response.body, /npm run build/)
})

t.test('URLs are resolved against the address of the page', async t => {
  const at = (base: string): PageConfig => resolveConfig(config, base)
  t.match(at('http://plant.local:3010/#/send'), {
    ap_url: 'http://plant.local:3010/ap',
    dsm_url: 'http://plant.local:3010/dsm',
    websocket_url: 'ws://plant.local:3010/producer'
  })
  t.match(at('https://[2001:db8::7]/'), {
    sm_url: 'https://[2001:db8::7]/sm',
    websocket_url: 'wss://[2001:db8::7]/producer'
  })
  t.match(
    at('https://example.org/motience/send/'),
    { ap_url: 'https://example.org/motience/send/ap', websocket_url: 'wss://example.org/motience/send/producer' },
    'under a path of a load balancer'
  )
})

t.test('public URLs take precedence, and the policy allows them', async t => {
  const env = {
    PUBLIC_AP_URL: 'https://ap.example.org/',
    PUBLIC_WSS2_URL: 'wss://live.example.org/consumer',
    WSS2_HEARTBEAT_MS: 7
  }
  t.match(pageConfig(env, 'producer'), {
    ap_url: 'https://ap.example.org',
    sm_url: 'sm',
    websocket_url: 'producer',
    heartbeat: 25_000
  })
  const consumer = pageConfig(env, 'consumer')
  t.match(consumer, { websocket_url: 'wss://live.example.org/consumer', heartbeat: 7 })
  t.match(contentSecurityPolicy(consumer), /connect-src 'self' https:\/\/ap\.example\.org wss:\/\/live\.example\.org;/)
  t.match(resolveConfig(consumer, 'http://plant.local:3011/'), {
    ap_url: 'https://ap.example.org',
    sm_url: 'http://plant.local:3011/sm',
    websocket_url: 'wss://live.example.org/consumer'
  })
})
