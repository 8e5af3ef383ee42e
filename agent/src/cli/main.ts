import { Command, CommanderError, Option } from 'commander'
import { loadConfig, defaultConfigPath, findConfigFile } from '../config/load.js'
import type { InitFlags } from './init.js'
import type { ListenFlags } from './listen.js'
import {
  addConfigFlags, count, EXIT, guarded, interval, number, readConfig, type CliIo, type ConfigFlags
} from './options.js'
import type { PipeFlags } from './pipe.js'

export const VERSION = '0.1.0'

/** The command that runs this program again; in a clone it is not on the PATH. */
const calledAs = (program = ''): string => program.endsWith('/motience-agent.js') ? `node ${program}` : 'motience-agent'

/** Status socket of the agent that this user's configuration describes, which may be incomplete. */
const socketOf = (flags: ConfigFlags & { socket?: string }, env: NodeJS.ProcessEnv): string => {
  if (flags.socket !== undefined) return flags.socket
  const path = flags.config ?? findConfigFile(env)
  return loadConfig({ path, env: { ...env, USERNAME: 'any', PASSWORD: 'any' }, flags: {} }).statusSocket ?? ''
}

/** Runs one command of the agent. Resolves with its exit code once nothing is left running. */
export const main = async (argv: readonly string[], io: CliIo): Promise<number> => {
  let work: () => Promise<number> = async () => EXIT.ok
  const program = new Command('motience-agent')
    .description('Sends a device\'s readings to Motience and loses none')
    .version(VERSION)
    .exitOverride()
    .configureOutput({ writeOut: io.out, writeErr: io.err })

  addConfigFlags(program.command('run', { isDefault: true }).description('collect and send until stopped'))
    .action((flags: ConfigFlags) => { work = async () => (await import('./run.js')).run(flags, io) })

  program.command('listen').description('print what a consumer receives (account from USERNAME and PASSWORD)')
    .option('--username <name>', 'name of the consumer\'s account')
    .option('--auth-url <url>', 'URL of AP', io.env['AUTH_URL'] || 'http://127.0.0.1:3001')
    .option('--websocket-url <url>', 'URL of WSS2', 'ws://127.0.0.1:8002/consumer')
    .option('--history <url>', 'URL of DSM, to read messages that the log has dropped')
    .option('--positions <path>', 'file that keeps the positions across restarts')
    .addOption(
      new Option('--slow <policy>', 'policy when this terminal is too slow')
        .choices(['close', 'drop', 'latest'])
        .default('close')
    )
    .option('--count <n>', 'exit after this many messages', count)
    .option('--json', 'print whole envelopes')
    .action((flags: ListenFlags) => { work = async () => (await import('./listen.js')).listen(flags, io) })

  program.command('init').description('register this device and write its configuration')
    .option('-c, --config <path>', 'file to write', defaultConfigPath(io.env))
    .option('--auth-url <url>', 'URL of AP')
    .option('--websocket-url <url>', 'URL of WSS1')
    .option('--username <name>', 'name of the account')
    .option('--device-id <name>', 'name of this device')
    .option('--interval <seconds>', 'seconds between readings', interval)
    .option('--claim <code>', 'trade a claim code for the key of this device; asks nothing')
    .option('--existing', 'sign in to an existing account')
    .option('--force', 'replace an existing file')
    .action((flags: InitFlags) => {
      work = async () =>
        (await import('./init.js')).init(flags, io, {
          input: process.stdin,
          output: process.stdout,
          command: calledAs(process.argv[1])
        })
    })

  addConfigFlags(program.command('validate').description('check the configuration'))
    .action((flags: ConfigFlags) => {
      work = async () => {
        const { path, config } = readConfig(flags, io.env)
        io.out(
          `${path ?? 'The environment'} is valid: device ${config.deviceId}, a reading every ` +
          `${config.intervalMs / 1000} s, ${config.sources.length} custom sources\n`
        )
        return EXIT.ok
      }
    })

  addConfigFlags(program.command('status').description('show the status of the running agent'))
    .option('--socket <path>', 'the agent\'s socket')
    .option('--json', 'as JSON')
    .action((flags: ConfigFlags & { socket?: string, json?: boolean }) => {
      work = async () => (await import('./status.js')).showStatus(socketOf(flags, io.env), flags.json === true, io)
    })

  program.command('top').description('show the sensors of this machine live')
    .option('--count <n>', 'exit after this many readings', count)
    .option('--root <path>', 'root of /proc and /sys', '/')
    .action((flags: { count?: number, root: string }) => {
      work = async () => (await import('./top.js')).top(flags.count, flags.root, process.stdout.isTTY === true, io)
    })

  addConfigFlags(program.command('pipe').description('send each line of JSON from standard input'))
    .option('--name <name>', 'name of the sensor, under which its values are sent')
    .option('--wait <seconds>', 'maximum time to wait for the last acks', number(0, 86_400), 30)
    .action((flags: PipeFlags) => { work = async () => (await import('./pipe.js')).pipe(flags, process.stdin, io) })

  try {
    await program.parseAsync([...argv], { from: 'user' })
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage
    throw error
  }
  return guarded(io, () => work())
}
