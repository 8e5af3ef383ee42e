import { once } from 'node:events'
import type { CreatedApiKey, CreatedDevice, Device, Tokens } from '@motience/schemas'
import { anyPorts, tempDir, waitFor } from '@motience/testing'
import t from 'tap'
import { WebSocket } from 'ws'
import { startPlatform } from './start-platform.js'

/** Within this time a revoked key is out. */
const OUT_MS = 1_000

const platform = await startPlatform({
  ...anyPorts,
  DATA_DIR: tempDir(t),
  LOG_LEVEL: 'silent',
  AP_LOGIN_RATE: '1000',
  AP_DEVICE_RATE: '10000000'
})
t.teardown(async () => { await platform.close() })
const { ap, sm, dsm, producer, consumer } = platform.urls

const rest = async <Body = Record<string, unknown>>(
  method: string, url: string, token?: string, body?: object
): Promise<{ status: number, body: Body }> => {
  const response = await fetch(url, {
    method,
    headers: {
      ...body === undefined ? {} : { 'content-type': 'application/json' },
      ...token === undefined ? {} : { authorization: `Bearer ${token}` }
    },
    ...body === undefined ? {} : { body: JSON.stringify(body) }
  })
  const text = await response.text()
  return { status: response.status, body: (text === '' ? {} : JSON.parse(text)) as Body }
}

const signUp = async (username: string, role: 'producer' | 'consumer'): Promise<Tokens> => {
  const password = 'correct horse battery'
  await rest('POST', `${ap}/api/auth/register`, undefined, { username, password, role })
  return (await rest<Tokens>('POST', `${ap}/api/auth/login`, undefined, { username, password })).body
}

type Frame = Record<string, unknown> & { type: string }

/** Connects with a key; rejects with the status of a refused upgrade. */
const connect = async (url: string, key: string) => {
  const ws = new WebSocket(url, { headers: { authorization: `Bearer ${key}` } })
  const frames: Frame[] = []
  ws.on('message', data => { frames.push(JSON.parse(String(data)) as Frame) })
  const closed = once(ws, 'close').then(([code]) => code as number)
  const refused = new Promise<never>((_resolve, reject) => {
    ws.once('unexpected-response', (_request, response) => { reject(new Error(`HTTP ${response.statusCode}`)) })
  })
  ws.on('error', () => {})
  await Promise.race([once(ws, 'open'), refused])
  await waitFor(() => frames.length > 0)
  t.teardown(() => { ws.terminate() })
  return { ws, frames, closed, send: (frame: object) => { ws.send(JSON.stringify(frame)) } }
}

const owner = await signUp('owner', 'producer')
const reader = await signUp('reader', 'consumer')
const token = owner.access_token

const newDevice = async (name: string) =>
  (await rest<CreatedDevice>('POST', `${ap}/api/devices`, token, { name })).body

const apiKey = async (of: Tokens, ...scopes: string[]) =>
  (await rest<CreatedApiKey>('POST', `${ap}/api/keys`, of.access_token, { name: scopes.join(), scopes })).body

t.test('a device key sends as its device, and does nothing else', async t => {
  const { key } = await newDevice('attic')
  const sent = await rest('POST', `${dsm}/api/data`, key, { payload: { a: 1 } })
  t.match(sent, { status: 200, body: { producer_id: owner.user_id, offset: 1 } })
  t.match(await rest('POST', `${dsm}/api/data`, key, { payload: { a: 1 }, device_id: 'cellar' }), {
    status: 403, body: { code: 'MOT_FORBIDDEN' }
  })
  t.match(await rest('POST', `${dsm}/api/data`, key, { payload: { a: 1 }, producer_id: reader.user_id }), {
    status: 403, body: { code: 'MOT_FORBIDDEN' }
  })
  const batch = await rest<{ results: Record<string, unknown>[] }>('POST', `${dsm}/api/data/batch`, key, {
    messages: [
      { payload: { n: 1 } }, { payload: { n: 2 }, device_id: 'cellar' }, { payload: { n: 3 }, device_id: 'attic' }
    ]
  })
  t.match(batch.body.results, [{ offset: 2 }, { error: { code: 'MOT_FORBIDDEN' } }, { offset: 3 }])
  const history = await rest<{ items: { device_id: string }[] }>('GET', `${dsm}/api/data/${owner.user_id}`, token)
  t.same(history.body.items.map(item => item.device_id), ['attic', 'attic', 'attic'])

  for (const [method, url] of [
    ['GET', `${dsm}/api/data/${owner.user_id}`], ['GET', `${ap}/api/auth/me`], ['GET', `${ap}/api/devices`],
    ['GET', `${ap}/api/producers`], ['GET', `${sm}/api/subscribers/${owner.user_id}`]
  ] as const) t.match(await rest(method, url, key), { status: 403, body: { code: 'MOT_FORBIDDEN' } }, url)
  await t.rejects(connect(consumer, key), { message: 'HTTP 403' })
})

t.test('at WSS1, another device is refused message by message, and the connection goes on', async t => {
  const { key, device } = await newDevice('shed')
  const { frames, send, ws } = await connect(producer, key)
  t.match(frames[0], { type: 'welcome', user_id: owner.user_id })
  send({ type: 'data', payload: { a: 1 }, seq: 1 })
  send({ type: 'data', payload: { a: 2 }, seq: 2, device_id: 'attic' })
  send({ type: 'data', payload: { a: 3 }, seq: 3, device_id: 'shed' })
  send({ type: 'batch', messages: [{ payload: { a: 4 }, device_id: 'attic' }, { payload: { a: 5 } }] })
  await waitFor(() => frames.length >= 5)
  t.match(frames.slice(1), [
    { type: 'ack', seq: 1 },
    { type: 'error', code: 'MOT_FORBIDDEN', seq: 2, path: '/device_id' },
    { type: 'ack', seq: 3 },
    { type: 'ack', acks: [{ error: { code: 'MOT_FORBIDDEN' } }, { epoch: Number }] }
  ])
  await waitFor(async () => {
    const { body } = await rest<Device>('GET', `${ap}/api/devices/${device.id}`, token)
    return body.connected && body.last_seen_at !== null
  }, { timeoutMs: 15_000, what: 'the device to be shown as connected' })
  ws.close()
  await waitFor(async () => !(await rest<Device>('GET', `${ap}/api/devices/${device.id}`, token)).body.connected, {
    timeoutMs: 15_000, what: 'the device to be shown as disconnected'
  })
})

t.test('API keys do what their scopes say', async t => {
  const reads = await apiKey(reader, 'data:read')
  const subscribes = await apiKey(reader, 'subscriptions')
  const writes = await apiKey(owner, 'data:write')
  const producerId = owner.user_id
  t.equal((await rest('POST', `${sm}/api/subscribe`, reads.key, { producer_id: producerId })).status, 403)
  t.equal((await rest('POST', `${sm}/api/subscribe`, subscribes.key, { producer_id: producerId })).status, 201)
  t.equal((await rest('GET', `${dsm}/api/data/${producerId}`, reads.key)).status, 200)
  t.equal((await rest('GET', `${dsm}/api/data/${producerId}`, subscribes.key)).status, 403)
  await t.rejects(connect(consumer, subscribes.key), { message: 'HTTP 403' })
  const { frames } = await connect(consumer, reads.key)
  t.equal((await rest('POST', `${dsm}/api/data`, writes.key, { payload: { x: 1 }, device_id: 'any' })).status, 200)
  await waitFor(() => frames.some(frame => frame.type === 'data'))
  t.match(frames.find(frame => frame.type === 'data'), { producer_id: producerId, device_id: 'any', payload: { x: 1 } })
})

t.test('a renewal can\'t turn a connection into what its key may not have', async t => {
  const { key } = await newDevice('renewing')
  const reads = await apiKey(owner, 'data:read')
  const { frames, send } = await connect(producer, key)
  send({ type: 'auth', token: reads.key })
  send({ type: 'auth', token: key })
  await waitFor(() => frames.length >= 3)
  t.match(frames[1], { type: 'error' })
  await waitFor(() => {
    send({ type: 'auth', token: key })
    return frames.some(({ type }) => type === 'authenticated')
  })
})

t.test('what is revoked, disabled or deleted is out at every door within a second', async t => {
  const isOut = async (key: string) =>
    (await rest('POST', `${dsm}/api/data`, key, { payload: { a: 1 } })).status === 401
  const ends = {
    revoked: async ({ device, key }: CreatedDevice) =>
      await rest('DELETE', `${ap}/api/devices/${device.id}/keys/${key.split('_')[2]}`, token),
    disabled: async ({ device }: CreatedDevice) =>
      await rest('PATCH', `${ap}/api/devices/${device.id}`, token, { disabled: true }),
    deleted: async ({ device }: CreatedDevice) => await rest('DELETE', `${ap}/api/devices/${device.id}`, token)
  }
  for (const [what, end] of Object.entries(ends)) {
    const created = await newDevice(`to-be-${what}`)
    t.notOk(await isOut(created.key))
    const connection = await connect(producer, created.key)
    t.ok((await end(created)).status < 300)
    const answered = performance.now()
    t.equal(await connection.closed, 4001)
    t.ok(await isOut(created.key), `${what}, and refused at DSM`)
    await t.rejects(connect(producer, created.key), { message: 'HTTP 401' })
    const took = performance.now() - answered
    t.ok(took < OUT_MS, `${what}: out in ${Math.round(took)} ms`)
  }
  const reads = await apiKey(reader, 'data:read', 'subscriptions')
  const connection = await connect(consumer, reads.key)
  t.equal((await rest('GET', `${sm}/api/subscriptions/${reader.user_id}`, reads.key)).status, 200)
  await rest('DELETE', `${ap}/api/keys/${reads.api_key.id}`, reader.access_token)
  const answered = performance.now()
  t.equal(await connection.closed, 4001)
  t.equal((await rest('GET', `${sm}/api/subscriptions/${reader.user_id}`, reads.key)).status, 401)
  t.equal((await rest('GET', `${dsm}/api/data/${owner.user_id}`, reads.key)).status, 401)
  await t.rejects(connect(consumer, reads.key), { message: 'HTTP 401' })
  t.ok(performance.now() - answered < OUT_MS)
})

t.test('a renamed device is disconnected once, and goes on under its new name', async t => {
  const { device, key } = await newDevice('old-name')
  const before = await connect(producer, key)
  await rest('PATCH', `${ap}/api/devices/${device.id}`, token, { name: 'new-name' })
  t.equal(await before.closed, 4001)
  const { frames, send } = await connect(producer, key)
  send({ type: 'data', payload: { a: 1 }, device_id: 'new-name' })
  await waitFor(() => frames.length >= 2)
  t.match(frames[1], { type: 'ack' })
})

t.test('a device that was enabled again is in again', async t => {
  const { device, key } = await newDevice('on-and-off')
  const send = async () => (await rest('POST', `${dsm}/api/data`, key, { payload: { a: 1 } })).status
  t.equal(await send(), 200)
  await rest('PATCH', `${ap}/api/devices/${device.id}`, token, { disabled: true })
  t.equal(await send(), 401)
  await rest('PATCH', `${ap}/api/devices/${device.id}`, token, { disabled: false })
  await waitFor(async () => await send() === 200, { timeoutMs: 5_000 })
})
