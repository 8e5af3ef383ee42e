import Fastify from 'fastify'
import t from 'tap'
import { configFor, contentSecurityPolicy, pageConfig, registerPages, type PageConfig } from '../index.js'

const config: PageConfig = { ap_url: 'http://127.0.0.1:3001', sm_url: 'http://localhost:3002', dsm_url: 'https://dsm.example.org', websocket_url: 'ws://127.0.0.1:8001/producer', heartbeat: 5 }

t.test('the page and its files are served, and nothing else is', async t => {
  const folder = t.testdir({ 'index.html': '<p>page</p>', 'index.html.gz': 'not really', assets: { 'a-123.js': 'code' }, secret: 'x' })
  const app = Fastify()
  await app.register(registerPages, { page: 'producer', config, folder })
  app.get('/other', async () => 'other')
  t.teardown(() => app.close())

  const page = await app.inject({ url: '/', headers: { host: 'plant.local:3010' } })
  t.equal(page.body, '<p>page</p>')
  t.equal(page.headers['cache-control'], 'no-cache')
  t.equal(page.headers['content-security-policy'], "default-src 'self'; connect-src 'self' http://plant.local:3001 http://plant.local:3002 https://dsm.example.org ws://plant.local:8001; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'")
  t.match((await app.inject('/assets/a-123.js')).headers['cache-control'], /immutable/)
  t.equal((await app.inject({ url: '/', headers: { 'accept-encoding': 'gzip' } })).headers['content-encoding'], 'gzip')
  t.equal((await app.inject('/assets/../../package.json')).statusCode, 404)
  t.equal((await app.inject('/other')).headers['content-security-policy'], undefined, 'other routes are left alone')
})

t.test('config.json is what the browser that asks can reach, and is not cached', async t => {
  const app = Fastify()
  await app.register(registerPages, { page: 'producer', config, folder: null })
  t.teardown(() => app.close())
  const response = await app.inject({ url: '/config.json', headers: { host: '[::1]:3010' } })
  t.match(response.json(), { ap_url: 'http://[::1]:3001', dsm_url: 'https://dsm.example.org', websocket_url: 'ws://[::1]:8001/producer', heartbeat: 5 })
  t.equal(response.headers['cache-control'], 'no-store')
})

t.test('pages that are not built say so', async t => {
  const app = Fastify()
  await app.register(registerPages, { page: 'consumer', config, folder: null })
  t.teardown(() => app.close())
  const response = await app.inject('/')
  t.equal(response.statusCode, 503)
  t.match(response.body, /npm run build/)
})

t.test('a name that is no host name does not reach the policy', async t => {
  t.equal(configFor(config, "x'; script-src *").ap_url, 'http://127.0.0.1:3001')
  t.notMatch(contentSecurityPolicy(config), /unsafe-inline/)
})

t.test('public addresses win over those between services', async t => {
  const env = { AP_URL: 'http://ap:3001', SM_URL: 'http://sm:3002', DSM_URL: 'http://dsm:3003', PUBLIC_AP_URL: 'https://ap.example.org', PUBLIC_WSS2_URL: 'wss://live.example.org/consumer', WSS1_PORT: 9001, WSS2_HEARTBEAT_MS: 7 }
  t.match(pageConfig(env, 'producer'), { ap_url: 'https://ap.example.org', sm_url: 'http://sm:3002', websocket_url: 'ws://127.0.0.1:9001/producer', heartbeat: 25_000 })
  t.match(pageConfig(env, 'consumer'), { websocket_url: 'wss://live.example.org/consumer', heartbeat: 7 })
})
