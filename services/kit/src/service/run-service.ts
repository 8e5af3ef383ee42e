import closeWithGrace from 'close-with-grace'
import { EnvError } from './env.js'
import { StartError } from './listen.js'
import type { Logger } from './service-app.js'

/** A service, or several, that run as one process. */
export interface RunOptions<Running extends { close (): Promise<void> }> {
  /** Name in messages. */
  name: string
  start: () => Promise<Running>
  /** Most milliseconds that stopping may take; 9 s by default, so that it ends within 10 s of the signal. */
  drainMs?: number
  logger?: Logger
}

/** What is written for an error that stops the start: one clear line for the foreseen ones. */
const startMessage = (name: string, error: unknown): string => {
  if (error instanceof EnvError || error instanceof StartError) return `${name} can't start: ${error.message}`
  return `${name} can't start: ${error instanceof Error ? error.stack ?? error.message : String(error)}`
}

/**
 * Runs a service as the process's main thing: starts it, stops it on SIGTERM and SIGINT (exit code 0) or on an error
 * that nothing caught (1), within a bounded time (else 1). A second signal ends the process at once. Rejects never: a
 * start that fails writes its reason to standard error and exits with 1. Resolves once it runs.
 */
export const runService = async <Running extends { close (): Promise<void> }>(options: RunOptions<Running>): Promise<Running> => {
  const { name, start, drainMs = 9_000, logger } = options
  let running: Running | undefined
  closeWithGrace({
    delay: drainMs,
    logger: false,
    onSecondSignal: () => { logger?.warn({ service: name }, 'Stopped at once by a second signal') },
    onTimeout: () => { console.error(`${name} did not stop within ${drainMs} ms`) }
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
    running = await start()
    return running
  } catch (error) {
    console.error(startMessage(name, error))
    process.exit(1)
  }
}
