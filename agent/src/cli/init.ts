import { chmodSync, existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import { dirname } from 'node:path'
import { createInterface, type Interface } from 'node:readline/promises'
import type { Readable, Writable } from 'node:stream'
import { stringify } from 'yaml'
import { lightFetch } from '../http/light-fetch.js'
import { postJson, RestError, type RestFetch } from '@motience/client/session'
import { EXIT, type CliIo } from './options.js'

export interface InitFlags {
  config: string
  authUrl?: string
  websocketUrl?: string
  username?: string
  deviceId?: string
  interval?: number
  /** Whether to replace an existing file. */
  force?: boolean
  /** Whether to sign in to an existing account instead of registering one. */
  existing?: boolean
}

/** `command` is the command line of the agent, for the hint that is printed. */
export interface InitDependencies { input: Readable, output: Writable, fetch?: RestFetch, command?: string }

const hidden = async (
  terminal: Interface,
  output: Writable & { isTTY?: boolean },
  question: string
): Promise<string> => {
  if (output.isTTY !== true) return terminal.question(question)
  // Readline echoes through the output's `write`: muting that hides what is typed.
  const write = output.write.bind(output)
  write(question)
  output.write = (() => true) as typeof output.write
  try {
    return await terminal.question('')
  } finally {
    output.write = write
    write('\n')
  }
}

/** Writes a file atomically, readable by its owner alone from the start. */
export const writePrivately = (path: string, text: string): void => {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const temporary = `${path}.${process.pid}.new`
  writeFileSync(temporary, text, { mode: 0o600 })
  chmodSync(temporary, 0o600)
  renameSync(temporary, path)
}

/** The error in an address; null if it is valid. */
const addressFault = (
  what: string,
  variable: string,
  flag: string,
  address: string,
  scheme: 'http' | 'ws'
): string | null => {
  const url = URL.canParse(address) ? new URL(address) : null
  if (url !== null && (url.protocol === `${scheme}:` || url.protocol === `${scheme}s:`)) return null
  return `The address of ${what} (${variable}, ${flag}) must begin with ${scheme}:// or ${scheme}s://, ` +
    `got '${address}'\n`
}

/** The likely URL of WSS1: behind the same reverse proxy as AP, or on its default port. */
const guessWebsocketUrl = (authUrl: string): string => {
  const url = new URL(authUrl)
  const scheme = url.protocol.replace('http', 'ws')
  const below = /^(.*)\/ap\/*$/.exec(url.pathname)
  return below === null ? `${scheme}//${url.hostname}:8001/producer` : `${scheme}//${url.host}${below[1]}/producer`
}

/**
 * Asks for what neither a flag nor the environment gives, registers the device as a producer (or signs in to an
 * existing account), and writes the configuration.
 */
export const init = async (
  flags: InitFlags,
  io: CliIo,
  { input, output, fetch = lightFetch, command = 'motience-agent' }: InitDependencies
): Promise<number> => {
  if (existsSync(flags.config) && flags.force !== true) {
    io.err(`${flags.config} already exists; use --force to replace it\n`)
    return EXIT.failed
  }
  const terminal = createInterface({ input, output })
  const ask = async (said: string | undefined, question: string, fallback: string): Promise<string> => {
    if (said !== undefined && said !== '') return said
    const answer = (await terminal.question(`${question} [${fallback}]: `)).trim()
    return answer === '' ? fallback : answer
  }
  try {
    const host = os.hostname().replaceAll(/[^A-Za-z0-9._-]/g, '-')
    const authUrl = await ask(
      flags.authUrl ?? io.env['AUTH_URL'],
      'Address of the Authentication Platform',
      'http://127.0.0.1:3001'
    )
    const authFault = addressFault('the Authentication Platform', 'AUTH_URL', '--auth-url', authUrl, 'http')
    if (authFault !== null) {
      io.err(authFault)
      return EXIT.usage
    }
    const websocketUrl = await ask(
      flags.websocketUrl ?? io.env['WEBSOCKET_URL'],
      "Address of the producers' WebSocket",
      guessWebsocketUrl(authUrl)
    )
    const websocketFault = addressFault(
      "the producers' WebSocket",
      'WEBSOCKET_URL',
      '--websocket-url',
      websocketUrl,
      'ws'
    )
    if (websocketFault !== null) {
      io.err(websocketFault)
      return EXIT.usage
    }
    const deviceId = await ask(flags.deviceId ?? io.env['DEVICE_ID'], 'Device ID', host)
    const username = await ask(flags.username, 'Username', deviceId)
    const given = io.env['PASSWORD']
    const password =
      given !== undefined && given !== '' ? given : await hidden(terminal, output, 'Password (at least 8 characters): ')
    const base = authUrl.replace(/\/+$/, '')
    try {
      if (flags.existing === true) await postJson(fetch, `${base}/api/auth/login`, { username, password })
      else {
        await postJson(fetch, `${base}/api/auth/register`, {
          username,
          password,
          role: 'producer',
          device_id: deviceId
        })
      }
    } catch (error) {
      if (!(error instanceof RestError)) throw error
      io.err(
        `${flags.existing === true ? 'Sign-in' : 'Registration'} failed: ${error.message}` +
        `${error.code === 'MOT_AP_USERNAME_TAKEN' ? '; if this is your account, add --existing' : ''}\n`
      )
      return error.status === 0 ? EXIT.unavailable : EXIT.failed
    }
    writePrivately(
      flags.config,
      `# Configuration of motience-agent, see docs/agent.md\n${stringify({
        device_id: deviceId,
        username,
        password,
        auth_url: authUrl,
        websocket_url: websocketUrl,
        interval: `${flags.interval ?? 1}s`
      })}`
    )
    io.out(
      `Wrote ${flags.config}, readable by you alone. Start the agent with: ${command} run --config ${flags.config}\n`
    )
    return EXIT.ok
  } finally {
    terminal.close()
  }
}
