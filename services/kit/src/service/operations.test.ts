import { dsmRoutes } from '@motience/schemas'
import t, { type Test } from 'tap'
import { buildService, type ServiceApp, type ServiceOptions } from './index.js'

const build = async (
  t: Test,
  options: Partial<ServiceOptions> = {},
  name: 'dsm' | 'wss1' = 'dsm'
): Promise<ServiceApp> => {
  const app = await buildService(name, { ready: {}, ...options })
  t.teardown(async () => {
    await app.close()
  })
  return app
}

t.test('ready names dependencies that do not respond', async t => {
  let database: () => Promise<void> = async () => {}
  const app = await build(t, { ready: { database: async () => { await database() }, broker: async () => {} } })
  t.match((await app.inject('/ready')).json(), { status: 'ready' })

  database = async () => { throw new Error('password authentication failed for user x') }
  const down = await app.inject('/ready')
  t.match(down.json(), {
    status: 503,
    code: 'MOT_UNAVAILABLE',
    detail: 'Not responding: database',
    errors: [{ path: '/database' }]
  })
  t.notMatch(down.body, /password/)
  t.ok(Number(down.headers['retry-after']) >= 1)
  t.equal((await app.inject('/health')).statusCode, 200, 'the process is healthy nevertheless')
})

t.test('a check that hangs has a timeout and runs once at a time', async t => {
  let asked = 0
  const app = await build(t, { ready: { broker: async () => { asked++; await new Promise(() => {}) } } })
  const answers = await Promise.all([app.inject('/ready'), app.inject('/ready'), app.inject('/ready')])
  t.strictSame(answers.map(answer => answer.statusCode), [503, 503, 503])
  t.equal(asked, 1)
})

t.test('a check that throws synchronously counts as failed', async t => {
  const app = await build(t, { ready: { broker: () => { throw new Error('no') } } })
  t.equal((await app.inject('/ready')).statusCode, 503)
})

t.test('metrics report which dependencies respond, within the timeout of a check', async t => {
  let check: () => Promise<void> = async () => {}
  const app = await build(t, { ready: { database: async () => { await check() }, broker: async () => {} } })
  const scrape = async (): Promise<string> => (await app.inject('/metrics')).body
  t.match(await scrape(), /motience_dsm_dependency_up\{dependency="database"\} 1/)
  check = async () => { await new Promise(() => {}) }
  const text = await scrape()
  t.match(text, /motience_dsm_dependency_up\{dependency="database"\} 0/)
  t.match(text, /motience_dsm_dependency_up\{dependency="broker"\} 1/)
  check = async () => {}
  t.match(await scrape(), /motience_dsm_dependency_up\{dependency="database"\} 1/)
})

t.test('a service that is stopping is not ready', async t => {
  const app = await build(t)
  app.startDraining()
  const answer = await app.inject('/ready')
  t.match(answer.json(), { status: 503, detail: 'The service is stopping' })
  t.equal(answer.headers['connection'], 'close')
  t.equal((await app.inject('/health')).statusCode, 200)
})

t.test('metrics have the name of the service', async t => {
  const app = await build(t)
  app.get('/things/:id', async () => ({ ok: true }))
  await app.inject('/things/1')
  await app.inject('/things/2')
  await app.inject('/nowhere')
  const answer = await app.inject('/metrics')
  t.match(answer.headers['content-type'], /^text\/plain/)
  t.match(answer.body, /motience_dsm_process_cpu_seconds_total/)
  t.match(
    answer.body,
    /motience_dsm_http_request_duration_seconds_count\{method="GET",route="\/things\/:id",status="200"\} 2/
  )
  t.match(answer.body, /motience_dsm_http_request_duration_seconds_count\{method="GET",route="none",status="404"\} 1/)
})

t.test('two services of one process have separate metrics', async t => {
  const [dsm, wss1] = [await build(t), await build(t, {}, 'wss1')]
  t.notMatch(await dsm.metrics.metrics(), /motience_wss1_/)
  t.match(await wss1.metrics.metrics(), /motience_wss1_/)
})

t.test('the service serves its OpenAPI document and Swagger UI', async t => {
  const app = await build(t)
  app.route({ ...dsmRoutes.postDataBatchRoute, handler: async () => ({ results: [] }) })
  const document = (await app.inject('/openapi.json')).json<{
    openapi: string
    servers: { url: string }[]
    paths: Record<string, unknown>
    components: { schemas: object }
  }>()
  t.equal(document.openapi, '3.1.0')
  t.strictSame(document.servers, [{ url: './' }])
  t.strictSame(Object.keys(document.paths), ['/api/data/batch'], 'of the existing routes')
  t.ok('Problem' in document.components.schemas)

  const ofPage = (await app.inject('/api-docs/json')).json<{ servers: { url: string }[], paths: object }>()
  t.strictSame(ofPage.paths, document.paths)
  for (const prefix of ['http://127.0.0.1:3003/', 'https://platform.example/dsm/']) {
    const serverOf = (path: string, [server]: { url: string }[]) => new URL(server!.url, prefix + path).href
    t.equal(serverOf('openapi.json', document.servers), prefix)
    t.equal(serverOf('api-docs/json', ofPage.servers), prefix)
  }

  const page = await app.inject('/api-docs')
  t.equal(page.statusCode, 200)
  t.match(page.headers['content-type'], /^text\/html/)
  const policy = String(page.headers['content-security-policy'])
  t.match(policy, /script-src 'self';/)
  t.notMatch(policy, /script-src[^;]*unsafe|upgrade-insecure/)
  t.notMatch(
    (await app.inject('/health')).headers['content-security-policy'],
    /unsafe-inline/,
    'no inline styles elsewhere'
  )
  t.notMatch(page.body, /<script>[^<]|https?:\/\/[^"]*\.(js|css)/, 'no inline scripts, no other origins')
  const sources = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(
    match => new URL(match[1]!, 'http://x/api-docs/').pathname
  )
  t.ok(sources.length >= 4)
  for (const source of sources) t.equal((await app.inject(source)).statusCode, 200, source)
})

t.test('a service without a REST interface has no document', async t => {
  const app = await build(t, {}, 'wss1')
  t.equal((await app.inject('/openapi.json')).statusCode, 404)
})
