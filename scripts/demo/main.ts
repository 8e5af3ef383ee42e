import { spawn } from 'node:child_process'
import { resolve } from 'node:path'
import { createConsumer } from '@motience/client'
import { startPlatform, type Platform } from '@motience/platform'
import { accounts, signIn, subscribe } from './accounts.js'

/**
 * `npm run demo`: streams this machine's readings from the agent to a subscribed consumer. Uses the running platform,
 * or starts one; with `DEMO_READINGS=N` it ends after N readings.
 */
type Urls = Pick<Platform['urls'], 'ap' | 'sm' | 'producer' | 'consumer'>

const MAX_SHOWN_NUMBERS = 12

const { env } = process

const defaultUrls = ({ AP_PORT = '3001', SM_PORT = '3002', WSS1_PORT = '8001', WSS2_PORT = '8002' }): Urls => ({
  ap: `http://127.0.0.1:${AP_PORT}`,
  sm: `http://127.0.0.1:${SM_PORT}`,
  producer: `ws://127.0.0.1:${WSS1_PORT}/producer`,
  consumer: `ws://127.0.0.1:${WSS2_PORT}/consumer`
})

const isRunning = (urls: Urls): Promise<boolean> => fetch(`${urls.ap}/health`).then(({ ok }) => ok, () => false)

/** The numbers of a payload as `path=value`. */
const numbersOf = (payload: object, path = ''): string[] => Object.entries(payload).flatMap(([key, value]) => {
  const name = path === '' ? key : `${path}.${key}`
  if (typeof value === 'number') return [`${name}=${Number(value.toPrecision(5))}`]
  return typeof value === 'object' && value !== null ? numbersOf(value as object, name) : []
})

const startAgent = (urls: Urls) => spawn(process.execPath, ['agent/bin/motience-agent.js', 'run'], {
  stdio: ['ignore', 'ignore', 'inherit'],
  env: {
    ...env,
    // A separate buffer, in case this machine runs an agent already.
    STATE_DIRECTORY: resolve(env['DATA_DIR'] ?? '.data', 'demo-agent'),
    DEVICE_ID: accounts.producer.device_id,
    USERNAME: accounts.producer.username,
    PASSWORD: accounts.producer.password,
    AUTH_URL: urls.ap,
    WEBSOCKET_URL: urls.producer,
    SEND_INTERVAL_SECS: env['SEND_INTERVAL_SECS'] ?? '1'
  }
})

const main = async (): Promise<void> => {
  const runningUrls = defaultUrls(env)
  let platform: Platform | null = null
  if (await isRunning(runningUrls)) {
    console.log(`Using the platform at ${runningUrls.ap}`)
  } else {
    platform = await startPlatform({ ...env, LOG_LEVEL: env['LOG_LEVEL'] ?? 'error' })
    console.log('Started the platform')
  }
  const urls = platform?.urls ?? runningUrls

  const producer = await signIn(urls.ap, accounts.producer)
  const consumer = await signIn(urls.ap, accounts.consumer)
  await subscribe(urls.sm, consumer.access_token, producer.user_id)
  console.log(
    `Subscribed ${consumer.user.username} (${consumer.user_id}) to ${producer.user.username} (${producer.user_id})`
  )

  const agent = startAgent(urls)
  const listener = createConsumer({
    url: urls.consumer,
    authUrl: urls.ap,
    username: accounts.consumer.username,
    password: accounts.consumer.password
  })
  const stop = async (): Promise<void> => {
    agent.kill('SIGTERM')
    await listener.close()
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => { stop().catch(() => null) })

  console.log('Live readings, as received by the consumer (press Ctrl-C to stop):\n')
  let remaining = Number(env['DEMO_READINGS'] ?? Infinity)
  for await (const { received_at: time, device_id: device, offset, payload } of listener) {
    console.log(`${time}  ${device}  #${offset}  ${numbersOf(payload).slice(0, MAX_SHOWN_NUMBERS).join('  ')}`)
    if (--remaining <= 0) break
  }
  await stop()
  await platform?.close()
}

try {
  await main()
  process.exit(0)
} catch (error) {
  console.error(`The demo failed: ${(error as Error).message}`)
  process.exit(1)
}
