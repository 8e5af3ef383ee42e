import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startPlatform } from '@motience/platform'
import { listItems } from '@motience/schemas'
import { anyPorts, serversRequired } from '@motience/testing'
import t, { type Test } from 'tap'
import { pythonWith, runProgram } from './python.js'

t.setTimeout(180_000)

const folder = await mkdtemp(join(tmpdir(), 'motience-doors-'))
const { urls, close } = await startPlatform({
  ...anyPorts,
  DATA_DIR: folder,
  LOG_LEVEL: 'silent'
})
t.teardown(async () => {
  await close()
  await rm(folder, { recursive: true, force: true })
})

const JSON_TYPE = { 'content-type': 'application/json' }

/** A producer with a token of its own, and what it has sent: each envelope's payload as text, and the rest parsed. */
const signUp = async (username: string) => {
  const account = { username, password: 'correct horse battery' }
  const post = async (path: string, body: object) => await (await fetch(`${urls.ap}/api/auth/${path}`, {
    method: 'POST', headers: JSON_TYPE, body: JSON.stringify(body)
  })).json() as { access_token: string, user_id: number }
  await post('register', { ...account, role: 'producer' })
  const { access_token: token, user_id: id } = await post('login', account)
  const history = async () => {
    const response = await fetch(`${urls.dsm}/api/data/${id}?limit=1000&order=asc`, {
      headers: { authorization: `Bearer ${token}` }
    })
    return listItems(await response.text(), 'items').map(text => {
      const { payload: _, ...envelope } = JSON.parse(text) as Record<string, unknown>
      return { ...envelope, text: text.slice(text.indexOf(',"payload":') + 11, -1) }
    })
  }
  return { token, history }
}

/** A Python with the module; without it the test fails where everything is required, and passes elsewhere. */
const findPython = async (t: Test, module: string): Promise<string | null> => {
  const python = await pythonWith(module)
  if (python === null) {
    if (serversRequired()) t.fail(`No Python has ${module}`)
    else t.comment(`No Python has ${module}`)
  }
  return python
}

t.test('the official Python client of InfluxDB writes unmodified, and its values are read back equal', async t => {
  const python = await findPython(t, 'influxdb_client')
  if (python === null) return
  const { token, history } = await signUp('influx-producer')
  const { result } = await runProgram(python, 'influx.py', [urls.dsm, token])
  t.strictSame(result, {
    ping: true,
    version: '2.7.0-motience',
    refused: {
      status: 400,
      code: 'invalid',
      message: 'partial write: 1 of 2 lines refused: line 2: missing field value dropped=1',
      line: 2,
      accepted: 1,
      refused: 1,
      errors: [{ line: 2, message: 'missing field value' }]
    },
    unauthorized: { status: 401, code: 'unauthorized', message: 'The token is not valid' }
  })
  const [first, second, third, ...batch] = await history()
  const tags = '{"measurement":"climate","tags":{"device":"attic-pi","room":"attic, west=1"},"fields":{'
  t.match(first, { device_id: 'attic-pi', timestamp: '2026-01-31T08:30:00.123456789Z' })
  t.equal(first?.text, `${tags}"large":1e+300,"n":9223372036854775807,"on":true,"temperature":0.1,` +
    '"text":"a \\"quoted\\"\\nline\\\\ ✓","zero":-0}}')
  t.match(second, { timestamp: '2026-01-31T08:30:00.123Z', text: `${tags}"n":1}}` })
  t.match(third, { device_id: 'attic-pi', text: /"n":2}}$/ })
  t.strictSame(
    batch.map(({ text }) => text),
    Array.from({ length: 100 }, (_, n) => `{"measurement":"batch","tags":{},"fields":{"n":${n}}}`)
  )
})

for (const compression of ['none', 'gzip', 'deflate']) {
  t.test(`the OpenTelemetry SDK exports unmodified, compression ${compression}`, async t => {
    const python = await findPython(t, 'opentelemetry.exporter.otlp.proto.http')
    if (python === null) return
    const { token, history } = await signUp(`otlp-${compression}`)
    const { result, errors } = await runProgram(python, 'otlp.py', [urls.dsm, token, compression])
    t.strictSame([result, errors], [{ exported: true }, ''])
    const messages = await history()
    const byMetric = new Map(messages.map(message =>
      [(JSON.parse(message.text) as { metric: string }).metric, message] as const))
    const fields = (metric: string) => /"fields":(.*)\}$/.exec(byMetric.get(metric)?.text ?? '')?.[1]
    t.equal(fields('room.temperature'), '{"room.temperature":0.1}')
    t.equal(fields('room.zero'), '{"room.zero":-0}')
    t.equal(fields('room.openings'), '{"room.openings":9223372036854775807}')
    t.equal(fields('room.people'), '{"room.people":-2}')
    t.equal(
      fields('room.noise'),
      '{"room.noise":{"count":3,"sum":81.5,"min":1.5,"max":60,"bounds":[10,50],"counts":[1,1,1]}}'
    )
    t.equal(messages.length, 5, 'each data point once')
    for (const message of messages) t.match(message, { device_id: 'attic-pi', session: /^otlp-/ })
    t.match(JSON.parse(byMetric.get('room.openings')!.text), {
      kind: 'sum',
      unit: '1',
      temporality: 'cumulative',
      monotonic: true,
      scope: { name: 'sensors', version: '1.2' },
      resource: { 'service.name': 'climate', 'host.name': 'attic-pi', floor: 3 }
    })
    t.match(JSON.parse(byMetric.get('room.temperature')!.text), {
      kind: 'gauge', unit: 'Cel', attributes: { room: 'west' }
    })
  })
}
