import { ApEnvSchema } from '@motience/schemas'
import t from 'tap'
import { freePort, startRedis, waitFor, makeCertificates } from '@motience/testing'
import { readEnv } from '@motience/kit'
import { redisUrl } from '@motience/kit'
import { openBroker } from '../open-broker.js'
import { newId, newProducer, request, textAt } from '../suite/fixtures.js'

const certificates = await makeCertificates(t.testdir())
const port = await freePort()
const server = await startRedis({
  args: [
    '--tls-port', String(port), '--tls-cert-file', certificates.cert, '--tls-key-file', certificates.key,
    '--tls-ca-cert-file', certificates.ca, '--tls-auth-clients', 'no'
  ]
})
t.teardown(() => server.remove())

const url = (caFile: string): string =>
  redisUrl(readEnv(ApEnvSchema, { REDIS_URL: `rediss://127.0.0.1:${port}`, REDIS_CA_FILE: caFile }))

t.test('accepts and delivers messages over TLS', async t => {
  const broker = await openBroker({ url: url(certificates.ca) })
  t.teardown(() => broker.close())
  const producerId = await newProducer(broker)
  const consumerId = newId()
  const got: string[] = []
  await broker.subscribe(consumerId, text => got.push(text))
  t.match(await broker.accept([request(producerId, { subscribers: [consumerId] })]), [
    { kind: 'ok', outcomes: [{ offset: 1 }] }
  ])
  await waitFor(() => got.length > 0)
  t.same(got, [textAt(1, 1, 1)])
  await broker.ping()
})

t.test('rejects certificates of another authority, and self-signed ones', async t => {
  const refused = (message: RegExp) => ({ name: 'BrokerUnavailableError', message })
  await t.rejects(openBroker({ url: url(certificates.otherCa), waitMs: 0 }), refused(/certificate/))
  await t.rejects(openBroker({ url: url(''), waitMs: 0 }), refused(/certificate/))
})

t.test('rejects a certificate for another name', async t => {
  const other = url(certificates.ca).replace('127.0.0.1', 'localhost')
  await t.rejects(openBroker({ url: other, waitMs: 0 }), {
    name: 'BrokerUnavailableError',
    message: /altnames|localhost/
  })
})

t.test('rejects a missing CA file immediately', async t => {
  await t.rejects(openBroker({ url: `rediss://127.0.0.1:${port}?ca=/none` }), TypeError)
})

t.test('rejects a server without TLS', async t => {
  await t.rejects(openBroker({ url: url(certificates.ca).replace(String(port), String(server.port)), waitMs: 0 }), {
    name: 'BrokerUnavailableError'
  })
})
