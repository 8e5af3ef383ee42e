import { Command, CommanderError, Option } from 'commander'
import { loadConfig, defaultConfigPath, findConfigFile } from '../config/load.js'
import type { InitFlags } from './init.js'
import type { ListenFlags } from './listen.js'
import { addConfigFlags, EXIT, guarded, readConfig, type CliIo, type ConfigFlags } from './options.js'
import type { PipeFlags } from './pipe.js'

export const VERSION = '0.1.0'

const positive = (text: string): number => Math.max(0, Number(text) || 0)

/** What calls this program again: from a clone it is no command of its own. */
const calledAs = (program = ''): string => program.endsWith('/motience-agent.js') ? `node ${program}` : 'motience-agent'

/** Socket of the agent that this user's configuration describes; an incomplete one will do. */
const socketOf = (flags: ConfigFlags & { socket?: string }, env: NodeJS.ProcessEnv): string => {
  if (flags.socket !== undefined) return flags.socket
  const path = flags.config ?? findConfigFile(env)
  return loadConfig({ path, env: { ...env, USERNAME: 'any', PASSWORD: 'any' }, flags: {} }).statusSocket ?? ''
}

/** Runs one command of the agent. Resolves with its exit code; nothing is left running then. */
export const main = async (argv: readonly string[], io: CliIo): Promise<number> => {
  let work: () => Promise<number> = async () => EXIT.ok
  const program = new Command('motience-agent')
    .description('Sends a device\'s readings to Motience, and loses none')
    .version(VERSION)
    .exitOverride()
    .configureOutput({ writeOut: io.out, writeErr: io.err })

  addConfigFlags(program.command('run', { isDefault: true }).description('collect and send until stopped'))
    .action((flags: ConfigFlags) => { work = async () => (await import('./run.js')).run(flags, io) })

  program.command('listen').description('print what a consumer receives (USERNAME, PASSWORD)')
    .option('--username <name>', 'name of the consumer\'s account')
    .option('--auth-url <url>', 'where AP is', io.env['AUTH_URL'] || 'http://127.0.0.1:3001')
    .option('--websocket-url <url>', 'where WSS2 is', 'ws://127.0.0.1:8002/consumer')
    .option('--history <url>', 'where DSM is, to read what the log no longer has')
    .option('--positions <path>', 'file that keeps the place over restarts')
    .addOption(
      new Option('--slow <policy>', 'what happens when this terminal is too slow')
        .choices(['close', 'drop', 'latest'])
        .default('close')
    )
    .option('--count <n>', 'end after so many messages', positive)
    .option('--json', 'print whole envelopes')
    .action((flags: ListenFlags) => { work = async () => (await import('./listen.js')).listen(flags, io) })

  program.command('init').description('register this device and write its configuration')
    .option('-c, --config <path>', 'file to write', defaultConfigPath(io.env))
    .option('--auth-url <url>', 'where AP is')
    .option('--websocket-url <url>', 'where WSS1 is')
    .option('--username <name>', 'name of the account')
    .option('--device-id <name>', 'name of this device')
    .option('--interval <seconds>', 'seconds between two readings', positive)
    .option('--existing', 'the account exists: only sign in')
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
          `${path ?? 'The environment'} is good: device ${config.deviceId}, a reading every ${config.intervalMs / 1000} s, ${config.sources.length} sources of your own\n`
        )
        return EXIT.ok
      }
    })

  addConfigFlags(program.command('status').description('how the running agent fares'))
    .option('--socket <path>', 'the agent\'s socket')
    .option('--json', 'as JSON')
    .action((flags: ConfigFlags & { socket?: string, json?: boolean }) => {
      work = async () => (await import('./status.js')).showStatus(socketOf(flags, io.env), flags.json === true, io)
    })

  program.command('top').description('show this machine\'s sensors, live')
    .option('--count <n>', 'end after so many readings', positive)
    .option('--root <path>', 'folder below which /proc and /sys are', '/')
    .action((flags: { count?: number, root: string }) => {
      work = async () => (await import('./top.js')).top(flags.count, flags.root, process.stdout.isTTY === true, io)
    })

  addConfigFlags(program.command('pipe').description('send each line of JSON of the standard input'))
    .option('--name <name>', 'name of the sensor, under which its values are sent')
    .option('--wait <seconds>', 'how long to wait for the last acks', positive, 30)
    .action((flags: PipeFlags) => { work = async () => (await import('./pipe.js')).pipe(flags, process.stdin, io) })

  try {
    await program.parseAsync([...argv], { from: 'user' })
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage
    throw error
  }
  return guarded(io, () => work())
}
