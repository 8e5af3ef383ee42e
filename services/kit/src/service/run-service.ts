import closeWithGrace from 'close-with-grace'
import { BrokerUnavailableError } from '@motience/broker'
import type { CommonEnv } from '@motience/schemas'
import { DatabaseUnavailableError, DataDirInUseError } from '../database/index.js'
import { EnvError } from './env.js'
import { StartError } from './listen.js'
import { createLogger } from './logger.js'
import type { Logger, ServiceId } from './service-app.js'

type RunEnv = Pick<CommonEnv, 'DRAIN_MS' | 'LOG_LEVEL'>

/** A service in a process of its own. */
export interface RunOptions<Env extends RunEnv, Running extends { close (): Promise<void> }> {
  /** Name on standard error. */
  name: string
  /** Value of `service` in log lines; the name in lower case by default. */
  service?: ServiceId | 'platform'
  /** Reads the environment; its `DRAIN_MS` limits how long stopping may take. */
  env: () => Env
  start: (env: Env) => Promise<Running>
}

/** Milliseconds beyond `DRAIN_MS` for closing after nothing is in flight any more. */
const CLOSING_MS = 2_000

const foreseen = [EnvError, StartError, DatabaseUnavailableError, DataDirInUseError, BrokerUnavailableError]

/** What is printed for an error that prevents the start: one line for the expected ones. */
export const startMessage = (name: string, error: unknown): string => {
  if (foreseen.some(kind => error instanceof kind)) return `${name} can't start: ${(error as Error).message}`
  return `${name} can't start: ${error instanceof Error ? error.stack ?? error.message : String(error)}`
}

/**
 * Runs a service as a program: starts it, and stops it on SIGTERM and SIGINT (exit code 0) or on an uncaught error (1),
 * within a bounded time (else 1). A second signal exits immediately. Never rejects: a failed start prints its reason to
 * standard error and exits with 1. Resolves once the service runs.
 */
export const runService = async <Env extends RunEnv, Running extends { close (): Promise<void> }>(
  options: RunOptions<Env, Running>
): Promise<Running> => {
  const { name, service = name.toLowerCase() as ServiceId, start } = options
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
  const logger: Logger = createLogger(service, env.LOG_LEVEL)
  const stopMs = env.DRAIN_MS + CLOSING_MS
  let running: Running | undefined
  closeWithGrace({
    delay: stopMs,
    logger: false,
    onSecondSignal: () => { logger.warn('Exiting immediately on a second signal') },
    onTimeout: () => { console.error(`${name} did not stop within ${stopMs} ms`) }
  }, async ({ err, signal }) => {
    if (err !== undefined) {
      logger.fatal({ err }, 'Stopping on an uncaught error')
    } else {
      logger.info({ signal }, 'Stopping')
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
