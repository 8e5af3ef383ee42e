import closeWithGrace from 'close-with-grace'
import { BrokerUnavailableError } from '@motience/broker'
import { DatabaseUnavailableError, DataDirInUseError } from '../database/index.js'
import { EnvError } from './env.js'
import { StartError } from './listen.js'
import type { Logger } from './service-app.js'

/** A service that runs as a process of its own. */
export interface RunOptions<Env extends { DRAIN_MS: number }, Running extends { close (): Promise<void> }> {
  /** Name in messages. */
  name: string
  /** Reads the environment; `DRAIN_MS` of it bounds how long stopping may take. */
  env: () => Env
  start: (env: Env) => Promise<Running>
  logger?: Logger
}

/** Milliseconds beyond `DRAIN_MS` for what is left when nothing is in flight any more. */
const CLOSING_MS = 2_000

const foreseen = [EnvError, StartError, DatabaseUnavailableError, DataDirInUseError, BrokerUnavailableError]

/** What is written for an error that stops the start: one clear line for the foreseen ones. */
const startMessage = (name: string, error: unknown): string => {
  if (foreseen.some(kind => error instanceof kind)) return `${name} can't start: ${(error as Error).message}`
  return `${name} can't start: ${error instanceof Error ? error.stack ?? error.message : String(error)}`
}

/**
 * Runs a service as the process's main thing: starts it, stops it on SIGTERM and SIGINT (exit code 0) or on an error
 * that nothing caught (1), within a bounded time (else 1). A second signal ends the process at once. Rejects never: a
 * start that fails writes its reason to standard error and exits with 1. Resolves once it runs.
 */
export const runService = async <Env extends { DRAIN_MS: number }, Running extends { close (): Promise<void> }>(
  options: RunOptions<Env, Running>
): Promise<Running> => {
  const { name, start, logger } = options
  const fail = (error: unknown): never => {
    console.error(startMessage(name, error))
    process.exit(1)
  }
  let env: Env
  try {
    env = options.env()
  } catch (error) {
    return fail(error)
  }
  const stopMs = env.DRAIN_MS + CLOSING_MS
  let running: Running | undefined
  closeWithGrace({
    delay: stopMs,
    logger: false,
    onSecondSignal: () => { logger?.warn({ service: name }, 'Stopped at once by a second signal') },
    onTimeout: () => { console.error(`${name} did not stop within ${stopMs} ms`) }
  }, async ({ err, signal }) => {
    if (err !== undefined) {
      if (logger === undefined) console.error(err)
      else logger.fatal({ service: name, err }, 'Stops because of an error that nothing caught')
    } else {
      logger?.info({ service: name, signal }, 'Stops')
    }
    await running?.close()
  })
  try {
    running = await start(env)
    return running
  } catch (error) {
    return fail(error)
  }
}
