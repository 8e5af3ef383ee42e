import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort, waitFor } from '@motience/testing'
import { createClient } from 'redis'
import type { Test } from 'tap'
import { root } from '../serial/quick-start.js'
import { withoutTap } from './dockerfile.js'

/** The users that people and services sign in as, each with a password. */
export const passwords = Object.fromEntries(
  ['ap', 'sm', 'dsm', 'wss1', 'wss2', 'mqtt', 'replication', 'sentinel', 'admin'].map(user => [
    user,
    `password of ${user}`
  ])
)

export const passwordVariables = Object.fromEntries(
  Object.entries(passwords).map(([user, password]) => [`REDIS_${user.toUpperCase()}_PASSWORD`, password])
)

/** URL of a server on this machine for a user. */
export const urlOf = (port: number, user: string): string =>
  `redis://${user}:${encodeURIComponent(passwords[user]!)}@127.0.0.1:${port}`

/** Sends commands as a user, each after the other. */
export const asUser = async (t: Test, url: string) => {
  const client = createClient({ url, disableClientInfo: true, socket: { reconnectStrategy: false } })
  client.on('error', () => {})
  await client.connect()
  t.teardown(() => { client.destroy() })
  return async (...command: string[]): Promise<unknown> => await client.sendCommand(command)
}

/** Runs infra/redis/start.sh; it ends with the test. Resolves once the server answers, or with what it wrote. */
export const startScript = async (t: Test, mode: string, env: Record<string, string>) => {
  const folder = await mkdtemp(join(tmpdir(), 'motience-start-sh-'))
  await mkdir(join(folder, 'data'))
  const port = await freePort()
  const run = () => {
    const command = withoutTap([join(root, 'infra/redis/start.sh'), ...mode === '' ? [] : [mode]])
    const child = spawn(...command, {
      env: {
        PATH: process.env['PATH'],
        PORT: String(port),
        DATA_DIR: join(folder, 'data'),
        RUN_DIR: join(folder, 'run'),
        ...env
      },
      stdio: ['ignore', 'pipe', 'pipe']
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => { output = (output + chunk.toString()).slice(-4_000) })
    }
    return { child, ended: once(child, 'close'), output: () => output }
  }
  let running = run()
  const stop = async (signal: NodeJS.Signals = 'SIGTERM'): Promise<void> => {
    running.child.kill(signal)
    await running.ended
  }
  t.teardown(async () => {
    await stop('SIGKILL')
    await rm(folder, { recursive: true, force: true })
  })
  const ready = async (): Promise<void> => {
    await waitFor(async () => {
      if (running.child.exitCode !== null) return true
      const client = createClient({
        url: `redis://127.0.0.1:${port}`,
        disableClientInfo: true,
        socket: { reconnectStrategy: false }
      })
      client.on('error', () => {})
      try {
        await client.connect()
        return await client.ping() === 'PONG'
      } finally {
        client.destroy()
      }
    }, { what: 'Redis to answer' })
  }
  await ready()
  return {
    port,
    stop,
    start: async () => { running = run(); await ready() },
    get exitCode () { return running.child.exitCode },
    output: () => running.output()
  }
}
