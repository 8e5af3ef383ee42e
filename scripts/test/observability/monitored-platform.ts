import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startPlatform } from '@motience/platform'
import { anyPorts, tempDir, waitFor } from '@motience/testing'
import type { Tokens } from '@motience/schemas'
import type { Test } from 'tap'
import { WebSocket } from 'ws'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const PASSWORD = 'a long password'

/** Names of what is scraped: the jobs of `infra/prometheus/prometheus.yml`. */
export type Job = 'ap' | 'sm' | 'dsm' | 'wss1' | 'wss2' | 'mqtt' | 'agent'

/** A platform in one process and an agent, whose metrics can be scraped. */
export interface MonitoredPlatform {
  /** Where each job is scraped. */
  targets: Record<Job, string>
  /** Resolves to the text of `/metrics`. */
  scrape (job: Job): Promise<string>
  /** Sends a message that is delivered, one that is refused, and requests that succeed and fail. */
  use (): Promise<void>
}

/** Starts an agent that takes readings of this machine; resolves to the port of its metrics. */
const startAgent = async (t: Test, dir: string, urls: { ap: string, producer: string }): Promise<number> => {
  const config = join(dir, 'agent.yaml')
  await writeFile(config, [
    'device_id: pi-1', 'username: greenhouse', `password: ${PASSWORD}`, `auth_url: ${urls.ap}`,
    `websocket_url: ${urls.producer}`, 'interval: 100ms', `buffer: { dir: ${dir}/buffer }`, `status_socket: ${dir}/s`,
    'metrics: { port: 0 }', 'sensors: [load]'
  ].join('\n'))
  const child = spawn(
    process.execPath,
    ['--conditions=motience-source', '--import', 'tsx', 'agent/src/cli/index.ts', 'run', '--config', config],
    { cwd: root, stdio: ['ignore', 'ignore', 'pipe'] }
  )
  const ended = once(child, 'close')
  t.teardown(async () => {
    child.kill('SIGTERM')
    await ended
  })
  let log = ''
  child.stderr.on('data', (chunk: Buffer) => { log += chunk.toString() })
  const [, port] = await waitFor(() => /metrics_port=(\d+)/.exec(log), { timeoutMs: 30_000, what: 'the agent' })
  return Number(port)
}

const post = async (url: string, body: object, token?: string): Promise<Response> => await fetch(url, {
  method: 'POST',
  headers: { 'content-type': 'application/json', ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
  body: JSON.stringify(body)
})

/** A WebSocket and the frames that came over it. */
const open = async (t: Test, url: string, { access_token: token }: Tokens) => {
  const ws = new WebSocket(url, { headers: { authorization: `Bearer ${token}` } })
  t.teardown(() => { ws.terminate() })
  const frames: { type: string }[] = []
  ws.on('message', data => { frames.push(JSON.parse(String(data)) as { type: string }) })
  const next = async (type: string): Promise<void> => {
    const at = await waitFor(() => frames.findIndex(frame => frame.type === type) + 1, { what: type })
    frames.splice(0, at)
  }
  await once(ws, 'open')
  await next('welcome')
  return { ws, next }
}

/** Starts the embedded default on free ports with a producer, a consumer subscribed to it, and an agent. */
export const startMonitoredPlatform = async (t: Test): Promise<MonitoredPlatform> => {
  const dir = tempDir(t)
  const { urls, close } = await startPlatform({
    ...anyPorts,
    DATA_DIR: join(dir, 'data'),
    LOG_LEVEL: 'silent'
  })
  t.teardown(close)
  const signIn = async (username: string, role: 'producer' | 'consumer'): Promise<Tokens> => {
    await post(`${urls.ap}/api/auth/register`, { username, password: PASSWORD, role })
    return await (await post(`${urls.ap}/api/auth/login`, { username, password: PASSWORD })).json() as Tokens
  }
  const producer = await signIn('greenhouse', 'producer')
  const consumer = await signIn('dashboard', 'consumer')
  await post(`${urls.sm}/api/subscribe`, { producer_id: producer.user_id }, consumer.access_token)
  const receiving = await open(t, urls.consumer, consumer)
  const sending = await open(t, urls.producer, producer)
  const port = await startAgent(t, dir, urls)

  const targets = {
    ap: urls.ap,
    sm: urls.sm,
    dsm: urls.dsm,
    wss1: urls.producerPage,
    wss2: urls.consumerPage,
    mqtt: urls.mqttHttp,
    agent: `http://127.0.0.1:${port}`
  }
  return {
    targets,
    scrape: async job => {
      const response = await fetch(`${targets[job]}/metrics`)
      if (!response.ok) throw new Error(`${job} answered ${response.status}`)
      return await response.text()
    },
    use: async () => {
      sending.ws.send(JSON.stringify({ type: 'data', payload: { temperature: 21 } }))
      await Promise.all([sending.next('ack'), receiving.next('data')])
      sending.ws.send(JSON.stringify({ type: 'data', payload: { text: 'x'.repeat(70_000) } }))
      await sending.next('error')
      const authorization = `Bearer ${consumer.access_token}`
      for (const path of ['', '/series?field=temperature&bucket=60s']) {
        await fetch(`${urls.dsm}/api/data/${producer.user_id}${path}`, { headers: { authorization } })
      }
      for (const url of [urls.ap, urls.sm, urls.dsm, urls.producerPage, urls.consumerPage]) {
        for (const path of ['/ready', '/metrics', '/no/such/route']) await (await fetch(`${url}${path}`)).text()
      }
    }
  }
}
