import { once } from 'node:events'
import { ConfigError, type Config } from '../config/config.js'
import { watchContent } from '../config/watch.js'
import { lightFetch } from '../http/light-fetch.js'
import { createLogger, type Logger } from '../log/logger.js'
import { startAgent, type Agent } from '../runtime/agent.js'
import { serveMetrics } from '../status/metrics.js'
import { serveStatus } from '../status/socket.js'
import { createNotifier } from '../status/systemd.js'
import { EXIT, readConfig, type CliIo, type ConfigFlags } from './options.js'

/** Maximum time to wait for acks while stopping; the buffer keeps the rest. */
const STOP_WAIT_MS = 3000

/** Settings that take effect only after a restart. */
const restartKey = ({ buffer, metrics, statusSocket, stoppedRetryMs }: Config): string =>
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
      if (restartKey(next) !== restartKey(first)) {
        logger.warn('Restart to apply changes of buffer, metrics, status_socket and stopped_retry')
      }
      if (JSON.stringify(next) === JSON.stringify(current)) return
      current = next
      agent.reload(next)
      logger.info('Configuration reloaded')
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      logger.error('Invalid configuration, keeping the current one', {
        faults: error.faults.map(({ path, message }) => `${path}: ${message}`).join('; ')
      })
    }
  }
  const watch = path === null ? null : watchContent(path, reload)
  return { reload, stop: () => { watch?.stop() } }
}

/** Runs the agent until SIGTERM or SIGINT. Resolves with the exit code. */
export const run = async (flags: ConfigFlags, io: CliIo): Promise<number> => {
  const { path, config } = readConfig(flags, io.env)
  const logger = createLogger(io.err, { level: config.logLevel, journal: io.env['JOURNAL_STREAM'] !== undefined })
  const notifier = createNotifier(io.env, error => {
    logger.warn('Could not notify systemd', { reason: (error as Error).message })
  })
  // The socket comes first: if it answers, a second agent fails at once instead of waiting for the buffer.
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
      `STATUS=${state === 'online' ? 'Connected' : 'Disconnected'}, ${buffer.unacked} readings buffered\nWATCHDOG=1`
    )
  }
  const watchdog = notifier.watchdogMs === null ? null : setInterval(show, notifier.watchdogMs)
  process.on('SIGHUP', configuration.reload)
  notifier.notify(`READY=1\nMAINPID=${process.pid}`)
  logger.info('Agent started', {
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
