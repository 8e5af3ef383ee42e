import { startAp } from '@motience/ap'
import { startDsm } from '@motience/dsm'
import { readEnv } from '@motience/kit'
import {
  ApEnvSchema, DsmEnvSchema, MqttEnvSchema, SmEnvSchema, Wss1EnvSchema, Wss2EnvSchema, logKey, metaKey, REVOCATIONS_KEY
} from '@motience/schemas'
import { startMqtt } from '@motience/mqtt'
import { startSm } from '@motience/sm'
import { anyPorts, postgresAvailable, testDatabaseUrl, waitFor } from '@motience/testing'
import { startWss1 } from '@motience/wss1'
import { startWss2 } from '@motience/wss2'
import t, { type Test } from 'tap'
import { WebSocket } from 'ws'
import { skipWithout } from './needs.js'
import { asUser, passwordVariables, startScript, urlOf } from './redis-script.js'

t.setTimeout(120_000)
const skip = skipWithout('redis-server', { name: 'PostgreSQL', found: postgresAvailable() })

/** The six services, each with its own Redis user. */
const startServices = async (t: Test, port: number) => {
  const common: Record<string, string> = {
    SERVICE_SECRET: 'a secret of the services',
    LOG_LEVEL: 'silent',
    DATABASE_URL: await testDatabaseUrl(t),
    ...anyPorts
  }
  const env = (user: string) => ({ ...common, REDIS_URL: urlOf(port, user) })
  const started = <S extends { close (): Promise<void> }>(service: S): S => {
    t.teardown(() => service.close())
    return service
  }
  const ap = started(await startAp(readEnv(ApEnvSchema, env('ap')))).urls.http
  common['AP_URL'] = ap
  const sm = started(await startSm(readEnv(SmEnvSchema, env('sm')))).urls.http
  common['SM_URL'] = sm
  const dsm = started(await startDsm(readEnv(DsmEnvSchema, env('dsm')))).urls.http
  common['DSM_URL'] = dsm
  const { websocket: producer, http: producerPage } = started(await startWss1(readEnv(Wss1EnvSchema, env('wss1')))).urls
  const { websocket: consumer, http: consumerPage } = started(await startWss2(readEnv(Wss2EnvSchema, env('wss2')))).urls
  common['WSS2_URL'] = consumer
  const { http: mqtt } = started(await startMqtt(readEnv(MqttEnvSchema, env('mqtt')))).urls
  return { ap, sm, dsm, producer, producerPage, consumer, consumerPage, mqtt }
}

const call = async (url: string, method: string, token: string, body?: unknown): Promise<Record<string, unknown>> => {
  const response = await fetch(url, {
    method,
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }), authorization: `Bearer ${token}`
    },
    body: body === undefined ? undefined : JSON.stringify(body)
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${method} ${url} returned ${response.status}: ${text}`)
  return text === '' ? {} : JSON.parse(text) as Record<string, unknown>
}

const open = (t: Test, url: string, token: string) => {
  const socket = new WebSocket(url, ['motience.v1', `token.${token}`])
  t.teardown(() => { socket.terminate() })
  const frames: Record<string, unknown>[] = []
  let closed = 0
  socket.on('message', data => frames.push(JSON.parse(String(data)) as Record<string, unknown>))
  socket.on('close', code => { closed = code })
  return { socket, has: (type: string) => frames.some(frame => frame['type'] === type), closed: () => closed }
}

t.test('each service does its work with its own user, and can do nothing else', { skip }, async t => {
  const redis = await startScript(t, '', passwordVariables)
  t.equal(redis.exitCode, null, redis.output())
  const admin = await asUser(t, urlOf(redis.port, 'admin'))
  const urls = await startServices(t, redis.port)

  const signIn = async (role: string) => {
    const account = { username: `the-${role}`, password: 'a long enough password', role }
    await call(`${urls.ap}/api/auth/register`, 'POST', '', account)
    const { access_token: token, refresh_token: refresh, user_id: id } =
      await call(`${urls.ap}/api/auth/login`, 'POST', '', { username: account.username, password: account.password })
    return { token: String(token), refresh, id: Number(id) }
  }
  const producer = await signIn('producer')
  const consumer = await signIn('consumer')
  const receiving = open(t, urls.consumer, consumer.token)
  await waitFor(() => receiving.has('welcome'))
  await call(`${urls.sm}/api/subscribe`, 'POST', consumer.token, { producer_id: producer.id })
  await waitFor(() => receiving.has('subscribed'))
  const sending = open(t, urls.producer, producer.token)
  await waitFor(() => sending.has('welcome'))
  const session = { device_id: 'd', session: 's' }
  for (const seq of [1, 2]) sending.socket.send(JSON.stringify({ type: 'data', payload: { seq }, seq, ...session }))
  await waitFor(() => sending.has('ack') && receiving.has('data'))
  const resuming = open(t, `${urls.consumer}?resume=true`, consumer.token)
  await waitFor(() => resuming.has('welcome'))
  resuming.socket.send(
    JSON.stringify({ type: 'resume', positions: [{ producer_id: producer.id, epoch: 1, offset: 0 }] })
  )
  await waitFor(() => resuming.has('resumed'))
  await call(`${urls.sm}/api/unsubscribe?producer_id=${producer.id}`, 'DELETE', consumer.token)
  await waitFor(() => receiving.has('unsubscribed'))
  await call(`${urls.ap}/api/auth/logout`, 'POST', consumer.token, { refresh_token: consumer.refresh })
  await waitFor(() => receiving.closed() === 4001)
  for (const url of [urls.ap, urls.sm, urls.dsm, urls.producerPage, urls.consumerPage, urls.mqtt]) {
    t.equal((await fetch(`${url}/ready`)).status, 200)
  }
  t.same(await admin('ACL', 'LOG'), [], 'nothing that a service asked for was denied')

  const log = logKey(producer.id)
  const meta = metaKey(producer.id)
  const forbidden = [
    ['FLUSHALL'],
    ['KEYS', '*'],
    ['CONFIG', 'GET', '*'],
    ['ACL', 'LIST'],
    ['SHUTDOWN'],
    ['GET', 'other'],
    ['DEL', meta],
    ['PSUBSCRIBE', '*'],
    ['MONITOR'],
    ['SUBSCRIBE', 'other']
  ]
  const others: Record<string, string[][]> = {
    ap: [
      ['HSET', meta, 'version', '9'],
      ['XADD', log, '*', 'a', 'b'],
      ['PUBLISH', `consumer_${consumer.id}`, 'x']
    ],
    sm: [
      ['ZADD', REVOCATIONS_KEY, '1', 'user:1'],
      ['XRANGE', log, '-', '+'],
      ['PUBLISH', `producer_${producer.id}`, 'x']
    ],
    dsm: [
      ['PUBLISH', 'control', 'x'],
      ['ZADD', REVOCATIONS_KEY, '1', 'x'],
      ['SUBSCRIBE', `consumer_${consumer.id}`]
    ],
    wss1: [
      ['XRANGE', log, '-', '+'],
      ['SUBSCRIBE', `consumer_${consumer.id}`],
      ['PUBLISH', 'control', 'x']
    ],
    mqtt: [
      ['XRANGE', log, '-', '+'],
      ['SUBSCRIBE', `consumer_${consumer.id}`],
      ['PUBLISH', 'control', 'x']
    ],
    wss2: [
      ['XADD', log, '*', 'a', 'b'],
      ['HSET', meta, 'epoch', '9'],
      ['PUBLISH', `consumer_${consumer.id}`, 'x'],
      ['PUBLISH', 'control', 'x']
    ],
    default: [['GET', meta], ['INFO'], ['EVAL', 'return 1', '0']],
    replication: [['GET', meta]],
    sentinel: [
      ['GET', meta],
      ['CONFIG', 'GET', 'requirepass']
    ]
  }
  for (const [user, commands] of Object.entries(others)) {
    const send = await asUser(t, user === 'default' ? `redis://127.0.0.1:${redis.port}` : urlOf(redis.port, user))
    for (const command of [...forbidden, ...commands]) {
      await t.rejects(send(...command), { message: /^NOPERM/ }, `${user}: ${command.join(' ')}`)
    }
  }
})

t.test('without passwords Redis is open, and it does not start with some of them', { skip }, async t => {
  const open = await startScript(t, '', {})
  const send = await asUser(t, `redis://127.0.0.1:${open.port}`)
  t.equal(await send('SET', 'a', 'b'), 'OK')
  t.match(await send('CONFIG', 'GET', 'append*'), { appendonly: 'yes', appendfsync: 'always' })
  const { REDIS_SM_PASSWORD: _, REDIS_ADMIN_PASSWORD: __, ...some } = passwordVariables
  const partial = await startScript(t, '', some)
  t.equal(partial.exitCode, 78)
  t.match(partial.output(), /not set: REDIS_SM_PASSWORD REDIS_ADMIN_PASSWORD/)
})
