import { Command, InvalidArgumentError } from 'commander'
import { ConfigError, type Config } from '../config/config.js'
import { findConfigFile, loadConfig } from '../config/load.js'
import type { ConfigFile } from '../config/schema.js'

/** What a command talks to; a test gives its own. */
export interface CliIo {
  env: NodeJS.ProcessEnv
  out: (text: string) => void
  err: (text: string) => void
}

/** Exit codes of sysexits.h, which systemd knows by name. */
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

const number = (text: string): number => {
  const value = Number(text)
  if (!Number.isFinite(value)) throw new InvalidArgumentError('Not a number.')
  return value
}

/** Adds the flags. The password is no flag: everybody on a machine sees the flags of its programs. */
export const addConfigFlags = (command: Command): Command => command
  .option('-c, --config <path>', 'configuration file')
  .option('--device-id <name>', 'name of this device')
  .option('--username <name>', 'name of the account')
  .option('--auth-url <url>', 'where AP is')
  .option('--websocket-url <url>', 'where WSS1 is')
  .option('--interval <seconds>', 'seconds between two readings', number)
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

/** The file that counts, and what it comes to with everything else. Throws `ConfigError`. */
export const readConfig = (flags: ConfigFlags, env: NodeJS.ProcessEnv): { path: string | null, config: Config } => {
  const path = flags.config ?? findConfigFile(env)
  return { path, config: loadConfig({ path, env, flags: asFile(flags) }) }
}

/** Runs a command's work, and turns what goes wrong into a message and an exit code. */
export const guarded = async (io: CliIo, work: () => Promise<number>): Promise<number> => {
  try {
    return await work()
  } catch (error) {
    if (error instanceof ConfigError) {
      io.err(`The configuration cannot be used:\n${error.message.replaceAll(/^/gm, '  ')}\n`)
      return EXIT.config
    }
    io.err(`${(error as Error).message}\n`)
    return EXIT.failed
  }
}
