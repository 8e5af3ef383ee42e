import { chmodSync, existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import { dirname } from 'node:path'
import { createInterface, type Interface } from 'node:readline/promises'
import type { Readable, Writable } from 'node:stream'
import { stringify } from 'yaml'
import { lightFetch } from '../http/request.js'
import { postJson, RestError, type RestFetch } from '@motience/client/session'
import { EXIT, type CliIo } from './options.js'

export interface InitFlags {
  config: string
  authUrl?: string
  websocketUrl?: string
  username?: string
  deviceId?: string
  interval?: number
  /** Whether an existing file is replaced. */
  force?: boolean
  /** Whether the account exists and is only to be written down. */
  existing?: boolean
}

/** `command` is how the agent was called, and is called again. */
export interface InitParts { input: Readable, output: Writable, fetch?: RestFetch, command?: string }

const hidden = async (
  terminal: Interface,
  output: Writable & { isTTY?: boolean },
  question: string
): Promise<string> => {
  if (output.isTTY !== true) return terminal.question(question)
  // What is typed is not shown: readline's echo is what it writes to the output.
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

/** Writes a file whole or not at all, readable by its owner alone from its first byte on. */
export const writePrivately = (path: string, text: string): void => {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const temporary = `${path}.${process.pid}.new`
  writeFileSync(temporary, text, { mode: 0o600 })
  chmodSync(temporary, 0o600)
  renameSync(temporary, path)
}

/** What is wrong with an address; null for nothing. */
const addressFault = (
  what: string,
  variable: string,
  flag: string,
  address: string,
  scheme: 'http' | 'ws'
): string | null => {
  const url = URL.canParse(address) ? new URL(address) : null
  if (url !== null && (url.protocol === `${scheme}:` || url.protocol === `${scheme}s:`)) return null
  return `The address of ${what} (${variable}, ${flag}) must be a URL that begins with ${scheme}:// or ${scheme}s://, not '${address}'\n`
}

/** Where WSS1 is likely to be: below the same page as AP, or on its usual port. */
const guessWebsocketUrl = (authUrl: string): string => {
  const url = new URL(authUrl)
  const scheme = url.protocol.replace('http', 'ws')
  const below = /^(.*)\/ap\/*$/.exec(url.pathname)
  return below === null ? `${scheme}//${url.hostname}:8001/producer` : `${scheme}//${url.host}${below[1]}/producer`
}

/**
 * Asks for what was not said by a flag or the environment, registers the device as a producer (or signs in, where the
 * account exists), and writes the configuration.
 */
export const init = async (
  flags: InitFlags,
  io: CliIo,
  { input, output, fetch = lightFetch, command = 'motience-agent' }: InitParts
): Promise<number> => {
  if (existsSync(flags.config) && flags.force !== true) {
    io.err(`${flags.config} is there already; --force replaces it\n`)
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
    const deviceId = await ask(flags.deviceId ?? io.env['DEVICE_ID'], 'Name of this device', host)
    const username = await ask(flags.username, 'Name of the account', deviceId)
    const given = io.env['PASSWORD']
    const password =
      given !== undefined && given !== '' ? given : await hidden(terminal, output, 'Password (8 characters at least): ')
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
        `${flags.existing === true ? 'Signing in' : 'The registration'} failed: ${error.message}${error.code === 'MOT_AP_USERNAME_TAKEN' ? '; if the account is yours, add --existing' : ''}\n`
      )
      return error.status === 0 ? EXIT.unavailable : EXIT.failed
    }
    writePrivately(
      flags.config,
      `# Configuration of motience-agent; what more there is: docs/agent.md\n${stringify({
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
