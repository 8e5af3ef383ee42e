import { once } from 'node:events'
import { ConfigError, type Config } from '../config/config.js'
import { watchContent } from '../config/watch.js'
import { lightFetch } from '../http/request.js'
import { createLogger, type Logger } from '../log/logger.js'
import { startAgent, type Agent } from '../runtime/agent.js'
import { serveMetrics } from '../status/metrics.js'
import { serveStatus } from '../status/socket.js'
import { createNotifier } from '../status/systemd.js'
import { EXIT, readConfig, type CliIo, type ConfigFlags } from './options.js'

/** Most milliseconds that a stopping agent waits for acks: the buffer keeps what is left. */
const STOP_WAIT_MS = 3000

/** Parts of the configuration that only a restart changes. */
const fixedParts = ({ buffer, metrics, statusSocket, stoppedRetryMs }: Config): string =>
  JSON.stringify({ buffer, metrics, statusSocket, stoppedRetryMs })

const followConfig = (
  agent: Agent,
  logger: Logger,
  first: Config,
  path: string | null,
  read: () => Config
): { reload(): void; stop(): void } => {
  let current = first
  const reload = () => {
    try {
      const next = read()
      if (fixedParts(next) !== fixedParts(first)) { logger.warn('Some of what changed needs a restart: buffer, metrics, status_socket, stopped_retry') }
      if (JSON.stringify(next) === JSON.stringify(current)) return
      current = next
      agent.reload(next)
      logger.info('Took the new configuration')
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      logger.error('Kept the old configuration, the new one cannot be used', {
        faults: error.faults.map(({ path, message }) => `${path}: ${message}`).join('; ')
      })
    }
  }
  const watch = path === null ? null : watchContent(path, reload)
  return { reload, stop: () => { watch?.stop() } }
}

/** Runs the agent until it is told to stop. Resolves with its exit code. */
export const run = async (flags: ConfigFlags, io: CliIo): Promise<number> => {
  const { path, config } = readConfig(flags, io.env)
  const logger = createLogger(io.err, { level: config.logLevel, journal: io.env['JOURNAL_STREAM'] !== undefined })
  const notifier = createNotifier(io.env, error => {
    logger.warn('systemd could not be told', { reason: (error as Error).message })
  })
  // The socket comes first: where it answers, a second agent need not wait for the buffer.
  let agent: Agent | null = null
  const status =
    config.statusSocket === null
      ? null
      : await serveStatus(config.statusSocket, () => agent?.status() ?? { state: 'starting' })
  agent = await startAgent({ config, logger, fetch: lightFetch })
  const running = agent
  const metrics = config.metrics === null ? null : await serveMetrics(config.metrics, () => running.status())
  const configuration = followConfig(running, logger, config, path, () => readConfig(flags, io.env).config)

  const show = () => {
    const { state, buffer } = running.status()
    notifier.notify(
      `STATUS=${state === 'online' ? 'Connected' : 'Not connected'}, ${buffer.unacked} readings in the buffer\nWATCHDOG=1`
    )
  }
  const watchdog = notifier.watchdogMs === null ? null : setInterval(show, notifier.watchdogMs)
  process.on('SIGHUP', configuration.reload)
  notifier.notify(`READY=1\nMAINPID=${process.pid}`)
  logger.info('The agent runs', {
    device_id: config.deviceId,
    interval_ms: config.intervalMs,
    config: path,
    metrics_port: metrics?.port
  })

  const stop = new AbortController()
  const [signal] = (await Promise.race([
    once(process, 'SIGTERM', { signal: stop.signal }),
    once(process, 'SIGINT', { signal: stop.signal })
  ])) as [string]
  stop.abort()
  logger.info('Stopping', { signal })
  notifier.notify('STOPPING=1')
  process.off('SIGHUP', configuration.reload)
  configuration.stop()
  if (watchdog !== null) clearInterval(watchdog)
  await running.stop(STOP_WAIT_MS)
  await metrics?.close()
  await status?.close()
  logger.info('Stopped', { unacked: running.status().buffer.unacked })
  return EXIT.ok
}
