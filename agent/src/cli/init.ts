import { chmodSync, existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import { dirname } from 'node:path'
import { createInterface, type Interface } from 'node:readline/promises'
import type { Readable, Writable } from 'node:stream'
import { stringify } from 'yaml'
import { lightFetch } from '../http/request.js'
import { postJson, RestError, type RestFetch } from '../session/rest.js'
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

export interface InitParts { input: Readable, output: Writable, fetch?: RestFetch }

const hidden = async (terminal: Interface, output: Writable & { isTTY?: boolean }, question: string): Promise<string> => {
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

/**
 * Asks for what was not said by a flag or the environment, registers the device as a producer (or signs in, where the account exists), and
 * writes the configuration.
 */
export const init = async (flags: InitFlags, io: CliIo, { input, output, fetch = lightFetch }: InitParts): Promise<number> => {
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
    const authUrl = await ask(flags.authUrl ?? io.env['AUTH_URL'], 'Address of the Authentication Platform', 'http://127.0.0.1:3001')
    const guess = `${authUrl.replace(/^http/, 'ws').replace(/:\d+$|\/+$/, '')}:8001/producer`
    const websocketUrl = await ask(flags.websocketUrl ?? io.env['WEBSOCKET_URL'], 'Address of the producers\' WebSocket', guess)
    const deviceId = await ask(flags.deviceId ?? io.env['DEVICE_ID'], 'Name of this device', host)
    const username = await ask(flags.username, 'Name of the account', deviceId)
    const given = io.env['PASSWORD']
    const password = given !== undefined && given !== '' ? given : await hidden(terminal, output, 'Password (8 characters at least): ')
    const base = authUrl.replace(/\/+$/, '')
    try {
      if (flags.existing === true) await postJson(fetch, `${base}/api/auth/login`, { username, password })
      else await postJson(fetch, `${base}/api/auth/register`, { username, password, role: 'producer', device_id: deviceId })
    } catch (error) {
      if (!(error instanceof RestError)) throw error
      io.err(`${flags.existing === true ? 'Signing in' : 'The registration'} failed: ${error.message}${error.code === 'MOT_AP_USERNAME_TAKEN' ? '; if the account is yours, add --existing' : ''}\n`)
      return error.status === 0 ? EXIT.unavailable : EXIT.failed
    }
    writePrivately(flags.config, `# Configuration of motience-agent; what more there is: docs/agent.md\n${stringify({
      device_id: deviceId, username, password, auth_url: authUrl, websocket_url: websocketUrl, interval: `${flags.interval ?? 1}s`
    })}`)
    io.out(`Wrote ${flags.config}, readable by you alone. Start the agent with: motience-agent run --config ${flags.config}\n`)
    return EXIT.ok
  } finally {
    terminal.close()
  }
}
