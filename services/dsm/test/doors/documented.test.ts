import { readFile } from 'node:fs/promises'
import { waitFor } from '@motience/testing'
import t from 'tap'
import { gauges } from './otlp-request.js'
import { payloadIn, testDoors } from './test-doors.js'

const text = await readFile(new URL('../../../../docs/doors.md', import.meta.url), 'utf8')

/** The code blocks of a section of docs/doors.md, in order. */
const blocksOf = (section: string): string[] => {
  const part = text.split(/^## /m).find(part => part.startsWith(`${section}\n`))!
  return [...part.matchAll(/^```\w*\n([^]*?)\n```$/gm)].map(([, block]) => block!)
}

t.test('docs/doors.md shows what the doors make of its examples', async t => {
  const { send, received } = await testDoors(t)

  const [line, point] = blocksOf('Influx line protocol')
  t.equal((await send({ url: '/api/v2/write', contentType: 'text/plain' }, line!)).statusCode, 204)
  await waitFor(() => received.length === 1)
  t.equal(payloadIn(received[0]!), point)
  t.match(received[0], '"device_id":"attic-pi"')
  t.match(received[0], '"timestamp":"2026-01-31T08:30:00.000000000Z"')

  const [command, result] = blocksOf('SenML')
  const [, pack] = /-d '([^]*)'$/.exec(command!)!
  t.equal((await send({ url: '/api/senml', contentType: 'application/senml+json' }, pack!)).statusCode, 200)
  await waitFor(() => received.length === 2)
  t.equal(payloadIn(received[1]!), result)
  t.match(received[1], '"device_id":"urn:dev:ow:10e2073a01080063"')

  const [, body] = /-d '(.*?)'/.exec(blocksOf('Plain')[0]!)!
  const plain = { url: '/api/data/payload', contentType: 'application/x-www-form-urlencoded' }
  t.equal((await send(plain, body!)).statusCode, 200)
  await waitFor(() => received.length === 3)
  t.equal(payloadIn(received[2]!), body)

  const [message] = blocksOf('OpenTelemetry')
  const request = JSON.stringify(gauges([{ asInt: '1' }], [{ key: 'host.name', value: { stringValue: 'attic-pi' } }]))
  t.equal((await send({ url: '/v1/metrics', contentType: 'application/json' }, request)).statusCode, 200)
  await waitFor(() => received.length === 4)
  const shown = Object.keys(JSON.parse(message!) as object)
  const names = Object.keys(JSON.parse(payloadIn(received[3]!)) as object)
  t.strictSame(names.filter(name => !shown.includes(name)), [], 'and no member that is not shown')
})
