import { resolve } from 'node:path'
import { build, install } from './prepare.mjs'

/**
 * `npm run demo`: this machine's readings on their way from the agent to a subscribed consumer.
 * Uses the platform that runs already, or starts one; `DEMO_READINGS=N` ends it after N readings.
 */
const accounts = {
  producer: { username: 'demo-producer', password: 'demo-producer-1', role: 'producer', device_id: 'this-machine' },
  consumer: { username: 'demo-consumer', password: 'demo-consumer-1', role: 'consumer' }
}

const call = async (method, url, { body, token } = {}) => {
  const answer = await fetch(url, {
    method,
    headers: {
      ...(body && { 'content-type': 'application/json' }),
      ...(token && { authorization: `Bearer ${token}` })
    },
    body: body && JSON.stringify(body)
  })
  const content = answer.status === 204 ? null : await answer.json()
  return { status: answer.status, content }
}

const expect = ({ status, content }, ...statuses) => {
  if (!statuses.includes(status)) { throw new Error(`${content?.title ?? 'Unexpected answer'} (${status}): ${content?.detail ?? ''}`) }
  return content
}

const signIn = async (ap, { username, password, ...rest }) => {
  expect(await call('POST', `${ap}/api/auth/register`, { body: { username, password, ...rest } }), 201, 409)
  return expect(await call('POST', `${ap}/api/auth/login`, { body: { username, password } }), 200)
}

const defaultUrls = ({ AP_PORT = 3001, SM_PORT = 3002, WSS1_PORT = 8001, WSS2_PORT = 8002 }) => ({
  ap: `http://127.0.0.1:${AP_PORT}`,
  sm: `http://127.0.0.1:${SM_PORT}`,
  producer: `ws://127.0.0.1:${WSS1_PORT}/producer`,
  consumer: `ws://127.0.0.1:${WSS2_PORT}/consumer`
})

const numbersOf = (payload, path = '') => Object.entries(payload).flatMap(([key, value]) => {
  const name = path === '' ? key : `${path}.${key}`
  if (typeof value === 'number') return [`${name}=${Number(value.toPrecision(5))}`]
  return typeof value === 'object' && value !== null ? numbersOf(value, name) : []
})

const main = async () => {
  await install()
  await build()
  const running = defaultUrls(process.env)
  const answers = await fetch(`${running.ap}/health`).then(answer => answer.ok, () => false)
  let platform = null
  if (answers) {
    console.log(`Using the platform that runs at ${running.ap}`)
  } else {
    const { startPlatform } = await import('@motience/platform')
    platform = await startPlatform({ ...process.env, LOG_LEVEL: process.env.LOG_LEVEL ?? 'error' })
    console.log('Started the platform')
  }
  const urls = platform?.urls ?? running

  const producer = await signIn(urls.ap, accounts.producer)
  const consumer = await signIn(urls.ap, accounts.consumer)
  expect(
    await call('POST', `${urls.sm}/api/subscribe`, {
      body: { producer_id: producer.user_id },
      token: consumer.access_token
    }),
    200,
    201
  )
  console.log(
    `Producer ${producer.user_id} (${producer.user.username}), consumer ${consumer.user_id} (${consumer.user.username}), subscribed`
  )

  const { spawn } = await import('node:child_process')
  const agent = spawn(process.execPath, ['agent/bin/motience-agent.js', 'run'], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      ...process.env,
      // A buffer of its own: that of an agent that this machine may run is not touched.
      STATE_DIRECTORY: resolve(process.env.DATA_DIR ?? '.data', 'demo-agent'),
      DEVICE_ID: accounts.producer.device_id,
      USERNAME: accounts.producer.username,
      PASSWORD: accounts.producer.password,
      AUTH_URL: urls.ap,
      WEBSOCKET_URL: urls.producer,
      SEND_INTERVAL_SECS: process.env.SEND_INTERVAL_SECS ?? '1'
    }
  })
  const { createConsumer } = await import('@motience/client')
  const listener = createConsumer({
    url: urls.consumer,
    authUrl: urls.ap,
    username: accounts.consumer.username,
    password: accounts.consumer.password
  })

  let readings = Number(process.env.DEMO_READINGS ?? Infinity)
  const stop = async () => {
    agent.kill('SIGTERM')
    await listener.close()
  }
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
  console.log('The consumer\'s live readings (Ctrl-C stops):\n')
  for await (const message of listener) {
    console.log(
      `${message.received_at}  ${message.device_id}  #${message.offset}  ${numbersOf(message.payload).slice(0, 12).join('  ')}`
    )
    if (--readings <= 0) break
  }
  await stop()
  await platform?.close()
}

try {
  await main()
  process.exit(0)
} catch (error) {
  console.error(`The demo could not go on: ${error.message}`)
  process.exit(1)
}
