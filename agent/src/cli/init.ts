import { existsSync, statSync } from 'node:fs'
import os from 'node:os'
import type { Readable, Writable } from 'node:stream'
import type { Claimed, Tokens } from '@motience/schemas'
import { postJson, RestError, urlFault, type RestFetch } from '@motience/client/session'
import { stringify } from 'yaml'
import { lightFetch } from '../http/light-fetch.js'
import { EXIT, type CliIo } from './options.js'
import { preparePrivateFile } from './private-file.js'
import { createPrompt, InputEndedError, type Prompt } from './prompt.js'

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
  /** A claim code, which is traded for the key of this device; no account is needed, and nothing is asked. */
  claim?: string
}

/** `command` is the command line of the agent, for the hint that is printed. */
export interface InitDependencies { input: Readable, output: Writable, fetch?: RestFetch, command?: string }

/** Addresses of the platform that were checked. */
interface Addresses { authUrl: string, websocketUrl: string }

interface Answers extends Addresses { deviceId: string, username: string, password: string }

/** An invalid answer or flag. */
class UsageError extends Error {}

/** The likely URL of WSS1: behind the same reverse proxy as AP, or on its default port. */
const guessWebsocketUrl = (authUrl: string): string => {
  const url = new URL(authUrl)
  const scheme = url.protocol.replace('http', 'ws')
  const below = /^(.*)\/ap\/*$/.exec(url.pathname)
  return below === null ? `${scheme}//${url.hostname}:8001/producer` : `${scheme}//${url.host}${below[1]}/producer`
}

/** WSS1 has its WebSocket at `/producer`, which is easily left out. */
const withProducerPath = (websocketUrl: string): string => {
  const url = new URL(websocketUrl)
  if (url.pathname === '/') url.pathname = '/producer'
  return url.href
}

const checkAddress = (what: string, names: string, address: string, scheme: 'http' | 'ws'): void => {
  const fault = urlFault(address, scheme)
  if (fault !== null) throw new UsageError(`The address of ${what} (${names}) ${fault}, got '${address}'`)
}

/** The host name, as the name of a device. */
const hostName = (): string => os.hostname().replaceAll(/[^A-Za-z0-9._-]/g, '-').slice(0, 64) || 'device'

/** The addresses that flags and environment give, else the default ones. Throws `UsageError`. */
const givenAddresses = (flags: InitFlags, env: NodeJS.ProcessEnv): Addresses => {
  const authUrl = flags.authUrl ?? (env['AUTH_URL'] || 'http://127.0.0.1:3001')
  checkAddress('the Authentication Platform', 'AUTH_URL, --auth-url', authUrl, 'http')
  const websocketUrl = flags.websocketUrl ?? (env['WEBSOCKET_URL'] || guessWebsocketUrl(authUrl))
  checkAddress("the producers' WebSocket", 'WEBSOCKET_URL, --websocket-url', websocketUrl, 'ws')
  return { authUrl, websocketUrl: withProducerPath(websocketUrl) }
}

/** Asks for what neither a flag nor the environment gives. Throws `UsageError`, `InputEndedError`. */
const askAll = async (prompt: Prompt, flags: InitFlags, env: NodeJS.ProcessEnv): Promise<Answers> => {
  const ask = async (given: string | undefined, question: string, fallback: string): Promise<string> => {
    if (given !== undefined && given !== '') return given
    const answer = (await prompt.ask(`${question} [${fallback}]: `)).trim()
    return answer === '' ? fallback : answer
  }
  const authUrl = await ask(
    flags.authUrl ?? env['AUTH_URL'], 'Address of the Authentication Platform', 'http://127.0.0.1:3001'
  )
  checkAddress('the Authentication Platform', 'AUTH_URL, --auth-url', authUrl, 'http')
  const websocketUrl = await ask(
    flags.websocketUrl ?? env['WEBSOCKET_URL'], "Address of the producers' WebSocket", guessWebsocketUrl(authUrl)
  )
  checkAddress("the producers' WebSocket", 'WEBSOCKET_URL, --websocket-url', websocketUrl, 'ws')
  const deviceId = await ask(flags.deviceId ?? env['DEVICE_ID'], 'Device ID', hostName())
  const username = await ask(flags.username, 'Username', deviceId)
  const password = env['PASSWORD'] || await prompt.ask('Password (at least 8 characters): ', { hidden: true })
  return { authUrl, websocketUrl: withProducerPath(websocketUrl), deviceId, username, password }
}

/** Registers the device as a producer, or signs in to an existing account. Throws `RestError`, `UsageError`. */
const createAccount = async (
  fetch: RestFetch, { authUrl, deviceId, username, password }: Answers, existing: boolean
): Promise<void> => {
  const base = authUrl.replace(/\/+$/, '')
  if (!existing) {
    await postJson(fetch, `${base}/api/auth/register`, { username, password, role: 'producer', device_id: deviceId })
    return
  }
  const tokens = await postJson(fetch, `${base}/api/auth/login`, { username, password }) as Tokens
  if (tokens.user.role !== 'producer') {
    throw new UsageError(`${username} is a ${tokens.user.role}, and an agent needs the account of a producer`)
  }
}

/** Trades a claim code for a device and its key. Throws `RestError`. */
const claimDevice = async (
  fetch: RestFetch, authUrl: string, code: string, name: string
): Promise<Claimed> =>
  await postJson(fetch, `${authUrl.replace(/\/+$/, '')}/api/devices/claim`, { code, name }) as Claimed

/**
 * Asks for what is missing, registers the device (or signs in to an existing account), and writes the configuration.
 * With a claim code, nothing is asked: the code is traded for the device's own key. Nothing is registered or claimed if
 * the file can't be written.
 */
export const init = async (
  flags: InitFlags,
  io: CliIo,
  { input, output, fetch = lightFetch, command = 'motience-agent' }: InitDependencies
): Promise<number> => {
  const { config, existing = false, interval = 1, claim } = flags
  if (existsSync(config) && (flags.force !== true || statSync(config).isDirectory())) {
    io.err(`${config} already exists; use --force to replace it\n`)
    return EXIT.failed
  }
  const prompt = createPrompt(input, output)
  try {
    const answers = claim === undefined ? await askAll(prompt, flags, io.env) : null
    const { authUrl, websocketUrl } = answers ?? givenAddresses(flags, io.env)
    const file = preparePrivateFile(config)
    const write = (device: object): void => {
      file.write(`# Configuration of motience-agent, see docs/agent.md\n${stringify({
        ...device, auth_url: authUrl, websocket_url: websocketUrl, interval: `${interval}s`
      })}`)
    }
    try {
      if (answers !== null) {
        await createAccount(fetch, answers, existing)
        write({ device_id: answers.deviceId, username: answers.username, password: answers.password })
      } else {
        const name = flags.deviceId ?? (io.env['DEVICE_ID'] || hostName())
        const { device, key } = await claimDevice(fetch, authUrl, claim!, name)
        write({ device_id: device.name, device_key: key })
      }
    } finally {
      file.discard()
    }
    io.out(`Wrote ${config}, readable by you alone. Start the agent with: ${command} run --config ${config}\n`)
    return EXIT.ok
  } catch (error) {
    if (error instanceof RestError) {
      const hint = error.code === 'MOT_AP_USERNAME_TAKEN' ? '; if this is your account, add --existing' : ''
      const what = claim !== undefined ? 'Claim' : existing ? 'Sign-in' : 'Registration'
      io.err(`${what} failed: ${error.message}${hint}\n`)
      return error.status === 0 ? EXIT.unavailable : EXIT.failed
    }
    if (!(error instanceof UsageError || error instanceof InputEndedError)) throw error
    io.err(`${error.message}\n`)
    return EXIT.usage
  } finally {
    prompt.close()
  }
}
