import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startPlatform } from '@motience/platform'
import { anyPorts, freePort, waitFor } from '@motience/testing'
import mqtt from 'mqtt'
import t, { type Test } from 'tap'
import { skipWithout } from './needs.js'
import { startHaproxy, startNginx, type Addresses, type Proxy } from '../../fleet/proxies.js'

t.setTimeout(120_000)

const LOGIN_RATE = 40

/** The platform, with its pages told that they are found through a proxy on a port that is free. */
const startBehindProxy = async (t: Test) => {
  const [port, httpPort] = [await freePort(), await freePort()]
  const origin = `https://127.0.0.1:${port}`
  const dataDir = await mkdtemp(join(tmpdir(), 'motience-proxied-'))
  const platform = await startPlatform({
    ...anyPorts,
    DATA_DIR: dataDir,
    LOG_LEVEL: 'silent',
    TRUST_PROXY: 'true',
    CORS_ORIGIN: origin,
    AP_LOGIN_RATE: String(LOGIN_RATE),
    PUBLIC_AP_URL: `${origin}/ap`,
    PUBLIC_SM_URL: `${origin}/sm`,
    PUBLIC_DSM_URL: `${origin}/dsm`,
    PUBLIC_WSS1_URL: `wss://127.0.0.1:${port}/producer`,
    PUBLIC_WSS2_URL: `wss://127.0.0.1:${port}/consumer`
  })
  t.teardown(async () => {
    await platform.close()
    await rm(dataDir, { recursive: true, force: true })
  })
  const { ap, sm, dsm, producerPage, consumerPage, mqttHttp } = platform.urls
  const addresses = Object.fromEntries(
    Object.entries({ AP: ap, SM: sm, DSM: dsm, WSS1: producerPage, WSS2: consumerPage, MQTT: mqttHttp })
      .map(([name, url]) => [name, new URL(url).host])
  ) as Addresses
  return { port, httpPort, addresses }
}

const checkPages = async (t: Test, { origin, httpOrigin, client }: Proxy) => {
  const redirect = await fetch(`${httpOrigin}/ui/consumer/?a=1`, { redirect: 'manual' })
  t.equal(redirect.status, 301)
  t.match(redirect.headers.get('location'), /^https:.*\/ui\/consumer\/\?a=1$/)
  t.match(await client.send(`${origin}/`), { status: 302, headers: { location: /\/ui\/consumer\/$/ } })
  for (const page of ['producer', 'consumer']) {
    t.match(await client.send(`${origin}/ui/${page}`), {
      status: 301,
      headers: { location: new RegExp(`/ui/${page}/$`) }
    })
    const { status, text, headers } = await client.send(`${origin}/ui/${page}/`)
    t.equal(status, 200)
    t.match(headers['content-security-policy'], origin, 'the page may call the services through the proxy')
    const [, script] = /src="\.?\/?(assets\/[^"]+)"/.exec(text) ?? []
    t.match(await client.send(`${origin}/ui/${page}/${script}`), {
      status: 200,
      headers: { 'content-type': /javascript/ }
    })
    const config = (await client.send(`${origin}/ui/${page}/config.json`)).json()
    t.match(config, { ap_url: `${origin}/ap`, websocket_url: `${origin.replace('https', 'wss')}/${page}` })
  }
  t.match(await client.send(`${origin}/ui/consumer/ap/api/auth/verify`), { status: 401 }, 'the page\'s own way to AP')
}

const checkOutside = async (t: Test, { origin, client }: Proxy) => {
  for (const path of [
    '/metrics', '/ap/metrics', '/sm/ready', '/dsm/health', '/ap', '/ap/api/../metrics', '/ap/api/%2e%2e/metrics',
    '/ap/api/..%2fmetrics', '/ap//metrics', '/ui/producer/metrics', '/ui/consumer/%6detrics', '/ui/consumer/./metrics',
    '/ui/consumer/ap/api/../metrics', '/ui/consumer//metrics', '/producer/metrics', '/ap/apix', '/ap/write', '/write',
    '/dsm/v1/metrics/x', '/dsm/v1/../metrics', '/dsm/pingx'
  ]) {
    const { status, text } = await client.send(origin + path)
    t.ok(status === 404 || status === 400, `${path} returns ${status}`)
    t.notMatch(text, /motience_/)
  }
  t.match((await client.send(`${origin}/nothing`)).json(), { status: 404, code: 'MOT_NOT_FOUND', request_id: /\w{8}/ })
  for (const service of ['ap', 'sm', 'dsm']) {
    for (const path of ['openapi.json', 'api-docs/json']) {
      const url = `${origin}/${service}/${path}`
      const { openapi, servers: [server] } = (await client.send(url)).json() as {
        openapi: string, servers: { url: string }[]
      }
      t.equal(openapi, '3.1.0')
      t.equal(new URL(server!.url, url).href, `${origin}/${service}/`)
    }
    t.match(await client.send(`${origin}/${service}/api-docs`), {
      status: 301, headers: { location: new RegExp(`/${service}/api-docs/$`) }
    })
    t.match((await client.send(`${origin}/${service}/api-docs/`)).text, 'src="./static/swagger-ui-bundle.js"')
    t.equal((await client.send(`${origin}/${service}/api-docs/static/swagger-ui.css`)).status, 200)
  }
  t.match((await client.send(`${origin}/ap/.well-known/jwks.json`)).json(), { keys: [{ kty: 'OKP' }] })
}

/** Signs in, subscribes, sends and receives, all through the proxy. */
const checkDelivery = async (t: Test, { origin, client }: Proxy) => {
  const wss = origin.replace('https', 'wss')
  const signIn = async (role: string) => {
    const account = { username: `${role}-${randomUUID().slice(0, 8)}`, password: 'a long enough password' }
    t.equal(
      (await client.send(`${origin}/ap/api/auth/register`, { method: 'POST', body: { ...account, role } })).status,
      201
    )
    const login = await client.send(`${origin}/ap/api/auth/login`, { method: 'POST', body: account })
    t.equal(login.status, 200)
    const { user_id: id, access_token: token } = login.json() as { user_id: number, access_token: string }
    return { id, token }
  }
  const producer = await signIn('producer')
  const consumer = await signIn('consumer')
  const subscribed = await client.send(
    `${origin}/sm/api/subscribe`, { method: 'POST', body: { producer_id: producer.id }, token: consumer.token }
  )
  t.equal(subscribed.status, 201)

  const receiving = await client.open(`${wss}/consumer?token=${consumer.token}`)
  const relative = await client.open(`${wss}/ui/consumer/consumer`, ['motience.v1', `token.${consumer.token}`])
  for (const { frames } of [receiving, relative]) await waitFor(() => frames.some(({ type }) => type === 'welcome'))
  const sending = await client.open(`${wss}/producer`, ['motience.v1', `token.${producer.token}`])
  sending.socket.send(JSON.stringify({ type: 'data', payload: { temperature: 21.5 } }))
  await waitFor(() => sending.frames.some(({ type }) => type === 'ack'))
  t.match(sending.frames.at(-1), { type: 'ack', subscriberCount: 1 })
  for (const { frames, socket } of [receiving, relative]) {
    await waitFor(() => frames.some(({ type }) => type === 'data'))
    t.match(frames.at(-1), { producer_id: producer.id, payload: { temperature: 21.5 } })
    socket.terminate()
  }
  const device = await mqtt.connectAsync(`${wss}/mqtt`, {
    username: 'x', password: producer.token, rejectUnauthorized: false, reconnectPeriod: 0
  })
  await device.publishAsync('devices/pi/humidity', '40', { qos: 1 })
  await device.endAsync()
  sending.socket.terminate()
  const messages = Array.from({ length: 40 }, () => ({
    producer_id: producer.id,
    payload: { text: 'x'.repeat(50_000) }
  }))
  const batch = await client.send(`${origin}/dsm/api/data/batch`, {
    method: 'POST',
    body: { messages },
    token: producer.token
  })
  t.equal(batch.status, 200, 'a batch of 2 MB')
  const history = await client.send(`${origin}/dsm/api/data/${producer.id}?limit=1&order=asc`, {
    token: producer.token
  })
  t.match(history.json(), { items: [{ payload: { temperature: 21.5 } }] })
  await checkDoors(t, { origin, client }, producer.token)
  return [producer.token, consumer.token]
}

/** What takes the formats of other systems is below `/dsm`, as an address that their clients are given. */
const checkDoors = async (t: Test, { origin, client }: Pick<Proxy, 'origin' | 'client'>, token: string) => {
  t.equal((await client.send(`${origin}/dsm/ping`)).status, 204)
  for (const path of ['/dsm/write?db=a', '/dsm/api/v2/write?org=a&bucket=b', '/dsm/v1/metrics', '/dsm/api/senml',
    '/dsm/api/data/payload']) {
    t.equal((await client.send(origin + path, { method: 'POST', body: {} })).status, 401, path)
  }
  t.match((await client.send(`${origin}/dsm/v1/metrics`, { method: 'POST', body: {}, token })).json(), {})
  t.equal((await client.send(`${origin}/dsm/write?p=${token}`, { method: 'POST', body: {} })).status, 400)
}

/** A client that claims another address in each request still counts as one. */
const checkForgedAddresses = async (t: Test, { origin, client }: Proxy, localAddress: string) => {
  const statuses: number[] = []
  for (let i = 0; i <= LOGIN_RATE; i++) {
    const headers = {
      'x-forwarded-for': `203.0.113.${i}`,
      'x-real-ip': `203.0.113.${i}`,
      forwarded: `for=203.0.113.${i}`
    }
    statuses.push((await client.send(`${origin}/ap/api/auth/login`, {
      method: 'POST', headers, localAddress, body: { username: 'x', password: '' }
    })).status)
  }
  t.equal(statuses.at(-1), 429)
}

const checkProxy = async (t: Test, proxy: Proxy, localAddress: string) => {
  await t.test('pages', t => checkPages(t, proxy))
  await t.test('what the outside reaches', t => checkOutside(t, proxy))
  await t.test('a sign-in, a grant and a message', async t => {
    const tokens = await checkDelivery(t, proxy)
    await waitFor(async () => (await proxy.log()).includes('"path":"/consumer"'), { what: 'the log' })
    const log = await proxy.log()
    t.match(log, /"path":"\/dsm\/api\/data\/\d+"/)
    for (const token of tokens) t.notMatch(log, token.split('.')[2]!, 'no token in the log')
  })
  await t.test('forged addresses', t => checkForgedAddresses(t, proxy, localAddress))
}

t.test('nginx.conf serves the platform under one host name', { skip: skipWithout('nginx', 'openssl') }, async t => {
  const settings = await startBehindProxy(t)
  await checkProxy(t, await startNginx(t, settings), '127.0.0.2')
  await t.test('a service that is down', async t => {
    const [port, httpPort] = [await freePort(), await freePort()]
    const down = `127.0.0.1:${await freePort()}`
    const proxy = await startNginx(t, { port, httpPort, addresses: { ...settings.addresses, DSM: down } })
    t.match(await proxy.client.send(`${proxy.origin}/dsm/api/data/1`), {
      status: 503, headers: { 'retry-after': '1', 'content-type': 'application/problem+json' }, text: /MOT_UNAVAILABLE/
    })
  })
})

t.test(
  'haproxy.cfg serves the platform from the instances that are up',
  { skip: skipWithout('haproxy', 'openssl') },
  async t => {
    const settings = await startBehindProxy(t)
    const down = `127.0.0.1:${await freePort()}`
    const proxy = await startHaproxy(t, {
      ...settings,
      others: { AP: down, SM: down, DSM: down, WSS1: down, WSS2: down, MQTT: down }
    })
    await checkProxy(t, proxy, '127.0.0.3')
    await t.test('listeners for the services and for Prometheus', async t => {
      const inside = (name: string, path: string) => fetch(`http://127.0.0.1:${proxy.inside[name]}${path}`)
      for (const name of ['LISTEN_AP', 'LISTEN_SM', 'LISTEN_DSM']) {
        t.equal((await inside(name, '/openapi.json')).status, 200)
        t.equal((await inside(name, '/ready')).status, 200)
      }
      t.equal((await inside('LISTEN_WSS2', '/ready')).status, 200)
      const metrics = await (await inside('LISTEN_METRICS', '/metrics')).text()
      t.match(metrics, /haproxy_server_status\{proxy="dsm",server="dsm-2",state="DOWN"\} 1/)
      t.match(metrics, /haproxy_server_status\{proxy="dsm",server="dsm-1",state="UP"\} 1/)
    })
    await t.test('a service that is down', async t => {
      const [port, httpPort] = [await freePort(), await freePort()]
      const others = { AP: down, SM: down, DSM: down, WSS1: down, WSS2: down, MQTT: down }
      const proxy = await startHaproxy(t, { port, httpPort, addresses: { ...settings.addresses, DSM: down }, others })
      t.match(await proxy.client.send(`${proxy.origin}/dsm/api/data/1`), {
        status: 503,
        headers: { 'retry-after': '1', 'content-type': 'application/problem+json' },
        text: /MOT_UNAVAILABLE/
      })
    })
  }
)
