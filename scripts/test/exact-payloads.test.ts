import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createConsumer, envelopeText, payloadText } from '@motience/client/consumer'
import { anyPorts, createRandomJson, seededRandom, waitFor } from '@motience/testing'
import type { Envelope, Tokens } from '@motience/schemas'
import t, { type Test } from 'tap'
import { WebSocket } from 'ws'
import { startPlatform, type Platform } from '@motience/platform'

const PASSWORD = 'a long password'

/** `npm start` with its embedded default, on free ports. */
const start = async (t: Test): Promise<Platform> => {
  const dataDir = await mkdtemp(join(tmpdir(), 'motience-exact-'))
  const platform = await startPlatform({
    ...anyPorts,
    DATA_DIR: dataDir,
    LOG_LEVEL: 'silent'
  })
  t.teardown(async () => {
    await platform.close()
    await rm(dataDir, { recursive: true, force: true })
  })
  return platform
}

const call = async (
  url: string,
  body: string | object | null,
  token?: string,
  accept = 'application/json'
): Promise<string> => {
  const headers = {
    accept,
    ...(body === null ? {} : { 'content-type': 'application/json' }),
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` })
  }
  const response = await fetch(
    url,
    body === null
      ? { headers }
      : { method: 'POST', headers, body: typeof body === 'string' ? body : JSON.stringify(body) }
  )
  const text = await response.text()
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${text}`)
  return text
}

const account = async ({ urls }: Platform, role: 'producer' | 'consumer'): Promise<Tokens> => {
  const credentials = { username: `exact-${role}`, password: PASSWORD }
  await call(`${urls.ap}/api/auth/register`, { ...credentials, role })
  return JSON.parse(await call(`${urls.ap}/api/auth/login`, credentials)) as Tokens
}

/** A WebSocket and the texts of what came over it, without its welcome. */
const open = async (t: Test, url: string, token: string): Promise<{ ws: WebSocket, texts: string[] }> => {
  const ws = new WebSocket(url, { headers: { authorization: `Bearer ${token}` } })
  t.teardown(() => { ws.terminate() })
  const texts: string[] = []
  ws.on('message', data => { texts.push(String(data)) })
  await once(ws, 'open')
  await waitFor(() => texts.shift(), { what: 'the welcome' })
  return { ws, texts }
}

t.test('every byte of a payload and every digit of a time arrives by every way', async t => {
  const platform = await start(t)
  const { urls } = platform
  const [producer, consumer] = [await account(platform, 'producer'), await account(platform, 'consumer')]
  const producerId = producer.user_id
  await call(`${urls.sm}/api/subscribe`, { producer_id: producerId }, consumer.access_token)
  const listening = await open(t, urls.consumer, consumer.access_token)
  const sending = await open(t, urls.producer, producer.access_token)
  const library = createConsumer({
    url: urls.consumer,
    authUrl: urls.ap,
    username: 'exact-consumer',
    password: PASSWORD
  })
  t.teardown(() => library.close())
  const envelopes: Envelope[] = []
  library.on('data', envelope => { envelopes.push(envelope) })
  await new Promise(resolve => { library.on('subscriptions', resolve) })

  const json = createRandomJson(seededRandom(20))
  const payloads = [
    '{"imei":867322048123456789,"zero":-0,"fixed":0.1000,"large":1E5,"v":3.710}',
    '{"lines":\n[1,\r\n2]}',
    ...Array.from({ length: 150 }, () => json.object(4))
  ]
  const times = ['"2016-12-31T23:59:60Z"', '"2026-07-28T12:20:30.123456789+02:00"', '1785234030123']
  const told = ['2016-12-31T23:59:60Z', '2026-07-28T10:20:30.123456789Z', '2026-07-28T10:20:30.123Z']
  const message = (payload: string, n: number, more = ''): string =>
    json.spaced(`{${more}"timestamp":${times[n % 3]},"payload":${json.spaced(payload)}}`)
  const data = (payload: string, n: number): string => message(payload, n, '"type":"data",')
  const body = (payload: string, n: number): string => message(payload, n, `"producer_id":${producerId},`)

  const [single, batch, rest, restBatch] = [
    payloads.slice(0, 40),
    payloads.slice(40, 80),
    payloads.slice(80, 100),
    payloads.slice(100)
  ]
  for (const [n, payload] of single.entries()) sending.ws.send(data(payload, n))
  await waitFor(() => sending.texts.length === single.length, { what: 'all acks' })
  sending.ws.send(`{"type":"batch","messages":[${batch.map((payload, n) => message(payload, 40 + n)).join(',')}]}`)
  await waitFor(() => sending.texts.length === single.length + 1, { what: 'the batch\'s ack' })
  t.notOk(sending.texts.some(text => text.includes('"error"')))
  for (const [n, payload] of rest.entries()) {
    await call(`${urls.dsm}/api/data`, body(payload, 80 + n), producer.access_token)
  }
  t.notMatch(
    await call(
      `${urls.dsm}/api/data/batch`,
      `{"messages":[${restBatch.map((payload, n) => body(payload, 100 + n)).join(',')}]}`,
      producer.access_token
    ),
    /"error"/
  )

  const { texts } = listening
  await waitFor(() => texts.length === payloads.length, { what: 'every message' })
  const wrong = payloads.flatMap((payload, n) =>
    texts[n]!.endsWith(`,"payload":${payload}}`) && texts[n]!.includes(`"timestamp":"${told[n % 3]}"`)
      ? []
      : [{ payload, text: texts[n] }]
  )
  t.same(wrong, [], 'live')

  await waitFor(() => envelopes.length === payloads.length, { what: 'every message in the library' })
  t.same(envelopes.map(envelopeText), texts)
  t.same(envelopes.map(payloadText), payloads)

  const history = `${urls.dsm}/api/data/${producerId}`
  t.equal(
    await call(`${history}?limit=1000`, null, consumer.access_token),
    `{"items":[${texts.join(',')}],"next_cursor":null,"complete":true}`
  )
  t.equal(
    await call(history, null, consumer.access_token, 'application/x-ndjson'),
    texts.map(text => `${text.replace(/[\r\n]/g, ' ')}\n`).join('')
  )
  const csv = await call(history, null, consumer.access_token, 'text/csv')
  const quoted = (payload: string): string => payload === '{}' ? payload : `"${payload.replaceAll('"', '""')}"`
  const missing = payloads.filter(payload => /["\r\n,]/.test(payload) && !csv.includes(`,${quoted(payload)}\r\n`))
  t.same(missing, [], 'CSV')

  await t.test('also by resume, from the log', async t => {
    const again = await open(t, urls.consumer, consumer.access_token)
    const { epoch } = JSON.parse(texts[0]!) as { epoch: number }
    again.ws.send(JSON.stringify({ type: 'resume', positions: [{ producer_id: producerId, epoch, offset: 0 }] }))
    const data = await waitFor(() => {
      const found = again.texts.filter(text => text.startsWith('{"type":"data"'))
      return found.length >= texts.length && found
    }, { what: 'the whole log' })
    t.same(data, texts)
  })

  await t.test('what no double holds and days that do not exist are refused where they enter', async t => {
    const asked = sending.texts.length
    sending.ws.send('{"type":"data","payload":{"v":[1,1e400]},"seq":1}')
    sending.ws.send('{"type":"data","payload":{},"timestamp":"2026-02-30T00:00:00Z","seq":2}')
    await waitFor(() => sending.texts.length === asked + 2, { what: 'two errors' })
    t.match(
      sending.texts.slice(asked).map(text => JSON.parse(text) as object),
      [
        { type: 'error', code: 'MOT_DSM_BAD_PAYLOAD', path: '/payload/v/1', seq: 1 },
        { type: 'error', path: '/timestamp', seq: 2 }
      ]
    )
    for (const text of [
      `{"producer_id":${producerId},"payload":{"v":-1e400}}`,
      `{"producer_id":${producerId},"payload":{},"timestamp":"2026-02-30T00:00:00Z"}`
    ]) {
      await t.rejects(call(`${urls.dsm}/api/data`, text, producer.access_token), {
        message: /answered 400.*"path":"\/(payload\/v|timestamp)"/
      })
    }
  })
})
