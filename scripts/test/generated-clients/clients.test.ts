import { execFile } from 'node:child_process'
import { existsSync, realpathSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { anyPorts, findCommand, serversRequired } from '@motience/testing'
import { createApClient, createDsmClient, createSmClient } from '@motience/schemas'
import t from 'tap'
import { startPlatform } from '@motience/platform'

const run = promisify(execFile)
const folder = await mkdtemp(join(tmpdir(), 'motience-clients-'))
const platform = await startPlatform({
  ...anyPorts,
  DATA_DIR: join(folder, 'data'),
  LOG_LEVEL: 'silent'
})
const { urls } = platform
t.teardown(async () => {
  await platform.close()
  await rm(folder, { recursive: true, force: true })
})

const documentPath = (service: string): string =>
  fileURLToPath(new URL(`../../../schemas/openapi/${service}.json`, import.meta.url))

for (const service of ['ap', 'sm', 'dsm'] as const) {
  t.test(`${service} serves the document that is committed`, async t => {
    const { servers: _, ...served } = (await (await fetch(`${urls[service]}/openapi.json`)).json()) as Record<
      string,
      unknown
    >
    const { servers: __, ...committed } = JSON.parse(await readFile(documentPath(service), 'utf8')) as Record<
      string,
      unknown
    >
    t.strictSame(served, committed)
  })
}

t.test('the client that openapi-typescript types signs in, subscribes, sends and reads', async t => {
  const anyone = createApClient({ baseUrl: urls.ap })
  const signIn = async (username: string, role: 'producer' | 'consumer') => {
    const password = 'correct horse battery'
    t.equal((await anyone.POST('/api/auth/register', { body: { username, password, role } })).response.status, 201)
    t.match((await anyone.POST('/api/auth/login', { body: { username, password: 'wrong' } })).error, {
      code: 'MOT_AP_BAD_CREDENTIALS'
    })
    const { data } = await anyone.POST('/api/auth/login', { body: { username, password } })
    return { id: Number(data?.user_id), headers: { authorization: `Bearer ${data?.access_token}` } }
  }
  const producer = await signIn('typed-producer', 'producer')
  const consumer = await signIn('typed-consumer', 'consumer')

  const sm = createSmClient({ baseUrl: urls.sm, headers: consumer.headers })
  t.match((await sm.POST('/api/subscribe', { body: { producer_id: producer.id } })).data, { status: 'active' })
  const { data: listed } = await sm.GET('/api/subscriptions/{id}', {
    params: { path: { id: consumer.id }, query: { status: 'active' } }
  })
  t.match(listed, { subscriptions: [{ producer_id: producer.id }] })

  const body = { producer_id: producer.id, device_id: 'attic', payload: { temperature: 21.5 } }
  t.match((await createDsmClient({ baseUrl: urls.dsm, headers: producer.headers }).POST('/api/data', { body })).data, {
    subscriberCount: 1,
    offset: 1
  })
  const dsm = createDsmClient({ baseUrl: urls.dsm, headers: consumer.headers })
  const { data: page } = await dsm.GET('/api/data/{producerId}', {
    params: { path: { producerId: producer.id }, query: { order: 'asc' } }
  })
  t.match(page, { items: [{ offset: 1, device_id: 'attic', payload: { temperature: 21.5 } }] })
  const { data: series } = await dsm.GET('/api/data/{producerId}/series', {
    params: { path: { producerId: producer.id }, query: { field: 'payload.temperature' } }
  })
  t.match(series?.points, [{ last: 21.5 }])
})

t.test('the client that openapi-python-client generates does too', async t => {
  const generator = findCommand('openapi-python-client')
  if (generator === null) {
    return serversRequired()
      ? t.fail('openapi-python-client was not found')
      : t.comment('openapi-python-client was not found')
  }
  // what is installed beside the generator: the Python that has its libraries, and the formatter that it calls
  const beside = dirname(realpathSync(generator))
  const python = [join(beside, 'python3')].find(existsSync) ?? 'python3'
  const env = { ...process.env, PATH: [beside, process.env['PATH']].join(delimiter), PYTHONDONTWRITEBYTECODE: '1' }
  for (const service of ['ap', 'sm', 'dsm']) {
    const { stdout } = await run(
      generator,
      [
        'generate',
        '--path',
        documentPath(service),
        '--output-path',
        join(folder, service),
        '--meta',
        'none',
        '--config',
        fileURLToPath(new URL('generator.yaml', import.meta.url)),
        '--fail-on-warning'
      ],
      { env }
    )
    t.notMatch(stdout, /warning/i, service)
  }
  const program = fileURLToPath(new URL('client.py', import.meta.url))
  const { stdout } = await run(python, [program, folder, urls.ap, urls.sm, urls.dsm], { env })
  t.strictSame(JSON.parse(stdout), {
    role: 'consumer',
    status: 'active',
    subscriptions: 1,
    subscribers: ['python-consumer'],
    subscriberCount: 1,
    items: [{ offset: 1, device_id: 'attic', payload: { temperature: 21.5 } }],
    points: [21.5]
  })
})
