import { agentEnv } from '@motience/schemas'
import { Command, InvalidArgumentError } from 'commander'
import { ConfigError, type Config } from '../config/config.js'
import { findConfigFile, loadConfig } from '../config/load.js'
import type { ConfigFile } from '../config/schema.js'

/** A command's environment and output streams; tests inject their own. */
export interface CliIo {
  env: NodeJS.ProcessEnv
  out: (text: string) => void
  err: (text: string) => void
}

/** Exit codes as in sysexits.h, which systemd knows by name. */
export const EXIT = { ok: 0, failed: 1, usage: 64, unavailable: 69, config: 78 } as const

/** Flags of every command that reads the configuration. */
export interface ConfigFlags {
  config?: string
  deviceId?: string
  username?: string
  authUrl?: string
  websocketUrl?: string
  interval?: number
  bufferDir?: string
  logLevel?: string
}

/** Parses the value of a flag; commander reports what it throws together with the flag. */
export const number = (min: number, max = Infinity) => (text: string): number => {
  const value = text.trim() === '' ? NaN : Number(text)
  if (!Number.isFinite(value)) throw new InvalidArgumentError('Not a number.')
  if (value < min || value > max) {
    throw new InvalidArgumentError(max === Infinity ? `Less than ${min}.` : `Not between ${min} and ${max}.`)
  }
  return value
}

/** The same for a whole number of at least 1. */
export const count = (text: string): number => {
  const value = number(1)(text)
  if (!Number.isSafeInteger(value)) throw new InvalidArgumentError('Not a whole number.')
  return value
}

/** The same for the interval between readings, in seconds. */
export const interval = number(agentEnv.SEND_INTERVAL_SECS.minimum!, agentEnv.SEND_INTERVAL_SECS.maximum)

/** Adds the flags. There is none for the password: every user of a machine can see its processes' arguments. */
export const addConfigFlags = (command: Command): Command => command
  .option('-c, --config <path>', 'configuration file')
  .option('--device-id <name>', 'name of this device')
  .option('--username <name>', 'name of the account')
  .option('--auth-url <url>', 'URL of AP')
  .option('--websocket-url <url>', 'URL of WSS1')
  .option('--interval <seconds>', 'seconds between readings', interval)
  .option('--buffer-dir <path>', 'folder of the buffer')
  .option('--log-level <level>', 'error, warn, info or debug')

const asFile = (flags: ConfigFlags): ConfigFile => Object.fromEntries(Object.entries({
  device_id: flags.deviceId,
  username: flags.username,
  auth_url: flags.authUrl,
  websocket_url: flags.websocketUrl,
  interval: flags.interval,
  buffer: flags.bufferDir === undefined ? undefined : { dir: flags.bufferDir },
  log_level: flags.logLevel
}).filter(([, value]) => value !== undefined)) as ConfigFile

/** Path of the file in use, and the configuration merged from all sources. Throws `ConfigError`. */
export const readConfig = (flags: ConfigFlags, env: NodeJS.ProcessEnv): { path: string | null, config: Config } => {
  const path = flags.config ?? findConfigFile(env)
  return { path, config: loadConfig({ path, env, flags: asFile(flags) }) }
}

/** Runs a command; turns an error into a message and an exit code. */
export const guarded = async (io: CliIo, work: () => Promise<number>): Promise<number> => {
  try {
    return await work()
  } catch (error) {
    if (error instanceof ConfigError) {
      io.err(`Invalid configuration:\n${error.message.replaceAll(/^/gm, '  ')}\n`)
      return EXIT.config
    }
    io.err(`${(error as Error).message}\n`)
    return EXIT.failed
  }
}
