import { existsSync, readFileSync } from 'node:fs'
import os from 'node:os'
import { join } from 'node:path'
import { Value } from '@sinclair/typebox/value'
import { parse, YAMLParseError } from 'yaml'
import { completeConfig, ConfigError, type Config } from './config.js'
import { ConfigFileSchema, type ConfigFile } from './schema.js'

/** The layers of a configuration. */
export interface ConfigSources {
  /** Path of the file, or null. */
  path: string | null
  env: NodeJS.ProcessEnv
  /** Flags of the command line. */
  flags: ConfigFile
}

/** The first default path at which there is a file; null if there is none. */
export const findConfigFile = (
  env: NodeJS.ProcessEnv = process.env,
  exists: (path: string) => boolean = existsSync
): string | null => {
  if (env['MOTIENCE_AGENT_CONFIG'] !== undefined && env['MOTIENCE_AGENT_CONFIG'] !== '') {
    return env['MOTIENCE_AGENT_CONFIG']
  }
  const home = env['XDG_CONFIG_HOME'] ?? join(env['HOME'] ?? os.homedir(), '.config')
  return [join(home, 'motience-agent', 'agent.yaml'), '/etc/motience-agent/agent.yaml'].find(exists) ?? null
}

/** The path to which `init` writes by default, for this user. */
export const defaultConfigPath = (env: NodeJS.ProcessEnv = process.env, uid = process.getuid?.() ?? 1): string =>
  uid === 0
    ? '/etc/motience-agent/agent.yaml'
    : join(env['XDG_CONFIG_HOME'] ?? join(env['HOME'] ?? os.homedir(), '.config'), 'motience-agent', 'agent.yaml')

const checked = (value: unknown): ConfigFile => {
  if (value === null || value === undefined) return {}
  if (Value.Check(ConfigFileSchema, value)) return value
  const faults = [...Value.Errors(ConfigFileSchema, value)].map(({ path, message }) => ({
    path: path.slice(1).replaceAll('/', '.'),
    message: message.charAt(0).toLowerCase() + message.slice(1)
  }))
  throw new ConfigError(faults.slice(0, 20))
}

const readFile = (path: string): ConfigFile => {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    throw new ConfigError([{ path, message: `can't be read (${(error as NodeJS.ErrnoException).code})` }])
  }
  try {
    return checked(parse(text))
  } catch (error) {
    if (error instanceof YAMLParseError) throw new ConfigError([{ path, message: error.message }])
    throw error
  }
}

const firstLine = (path: string): string => readFileSync(path, 'utf8').split(/\r?\n/)[0] ?? ''

/**
 * The password or the key of a systemd credential (`LoadCredential=motience-password:…`, `motience-key:…`), which no
 * other process can read.
 */
const readCredential = (env: NodeJS.ProcessEnv): ConfigFile => {
  const dir = env['CREDENTIALS_DIRECTORY']
  const read = (name: string): string | undefined => {
    const path = dir === undefined ? null : join(dir, name)
    return path !== null && existsSync(path) ? firstLine(path) : undefined
  }
  const [password, deviceKey] = [read('motience-password'), read('motience-key')]
  return {
    ...password === undefined ? {} : { password },
    ...deviceKey === undefined ? {} : checked({ device_key: deviceKey })
  }
}

/**
 * The environment variables. `USERNAME` counts only together with `PASSWORD`, or if nothing else names the account:
 * desktops set it to the logged-in user.
 */
const readEnvironment = (env: NodeJS.ProcessEnv, before: ConfigFile): ConfigFile => {
  const get = (name: string): string | undefined => env[name] === '' ? undefined : env[name]
  const username = get('PASSWORD') !== undefined || before.username === undefined ? get('USERNAME') : undefined
  const seconds = get('SEND_INTERVAL_SECS')
  const layer: Record<string, unknown> = {
    device_id: get('DEVICE_ID'),
    username,
    password: get('PASSWORD'),
    device_key: get('DEVICE_KEY'),
    auth_url: get('AUTH_URL'),
    websocket_url: get('WEBSOCKET_URL'),
    interval: seconds === undefined ? undefined : Number(seconds)
  }
  if (seconds !== undefined && !Number.isFinite(layer['interval'])) {
    throw new ConfigError([{ path: 'SEND_INTERVAL_SECS', message: `${seconds} is not a number` }])
  }
  try {
    return checked(Object.fromEntries(Object.entries(layer).filter(([, value]) => value !== undefined)))
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    const names: Record<string, string> = {
      device_id: 'DEVICE_ID',
      username: 'USERNAME',
      password: 'PASSWORD',
      device_key: 'DEVICE_KEY',
      auth_url: 'AUTH_URL',
      websocket_url: 'WEBSOCKET_URL',
      interval: 'SEND_INTERVAL_SECS'
    }
    throw new ConfigError(error.faults.map(({ path, message }) => ({ path: names[path] ?? path, message })))
  }
}

const stateDir = (env: NodeJS.ProcessEnv, uid: number): string => {
  const systemd = env['STATE_DIRECTORY']?.split(':')[0]
  if (systemd !== undefined && systemd !== '') return systemd
  if (uid === 0) return '/var/lib/motience-agent'
  return join(env['XDG_STATE_HOME'] ?? join(env['HOME'] ?? os.homedir(), '.local', 'state'), 'motience-agent')
}

/** The default device id, from the host name. */
const hostDeviceId = (): string => os.hostname().replaceAll(/[^A-Za-z0-9._:@/+-]/g, '-').slice(0, 64) || 'device'

/**
 * Reads and validates the file, the credential, the environment and the flags, in ascending precedence. Throws
 * `ConfigError` with all errors.
 */
export const loadConfig = ({ path, env, flags }: ConfigSources): Config => {
  const file = path === null ? {} : readFile(path)
  if (file.password_file !== undefined) {
    try {
      file.password ??= firstLine(file.password_file)
    } catch (error) {
      throw new ConfigError([
        { path: 'password_file', message: `can't be read (${(error as NodeJS.ErrnoException).code})` }
      ])
    }
  }
  const layers = { ...file, ...readCredential(env) }
  const merged = { ...layers, ...readEnvironment(env, layers), ...checked(flags) }
  const dir = stateDir(env, process.getuid?.() ?? 1)
  return completeConfig(merged, {
    deviceId: hostDeviceId(),
    bufferDir: join(dir, 'buffer'),
    statusSocket: join(env['RUNTIME_DIRECTORY']?.split(':')[0] || dir, 'agent.sock')
  })
}
