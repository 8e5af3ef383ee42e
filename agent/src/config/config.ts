import { urlFault } from '@motience/client/session'
import type { LogLevel } from '../log/logger.js'
import { sensorNames } from '../sensors/index.js'
import type { ConfigFile, SourceConfig } from './schema.js'
import { parseDuration, parseSize, UnitError } from './units.js'

type Distribute<T> = T extends unknown ? Omit<T, 'every' | 'timeout'> & { everyMs: number, timeoutMs: number } : never
/** A source with its times in milliseconds. */
export type Source = Distribute<SourceConfig>
export type AggregateFunction = 'min' | 'mean' | 'max' | 'last'

/** The validated configuration. Times are in milliseconds, sizes in bytes. */
export interface Config {
  deviceId: string
  /** Empty with a key. */
  username: string
  password: string
  /** The device's key, instead of an account. */
  deviceKey: string | null
  authUrl: string
  websocketUrl: string
  intervalMs: number
  sensors: readonly string[]
  sources: Source[]
  buffer: { dir: string | null, capBytes: number, fsyncMs: number }
  drainRate: number
  compression: boolean
  changes: { fullEveryMs: number, thresholds: Record<string, number | string> } | null
  aggregate: { everyMs: number, functions: AggregateFunction[] } | null
  metrics: { port: number, host: string } | null
  statusSocket: string | null
  /** Null: never. */
  stoppedRetryMs: number | null
  logLevel: LogLevel
}

/** One error in a configuration: its dot-separated path, and a message. */
export interface ConfigFault { path: string, message: string }

/** An invalid configuration. */
export class ConfigError extends Error {
  override name = 'ConfigError'
  constructor (readonly faults: readonly ConfigFault[]) {
    super(faults.map(({ path, message }) => `${path === '' ? 'The file' : path}: ${message}`).join('\n'))
  }
}

const MIN_INTERVAL_MS = 50
const MAX_INTERVAL_MS = 86_400_000

/** Applies defaults and parses units. Throws `ConfigError` with all errors. */
export const completeConfig = (
  file: ConfigFile,
  defaults: { deviceId: string; bufferDir: string | null; statusSocket: string | null }
): Config => {
  const faults: ConfigFault[] = []
  const need = (path: string, value: string | undefined): string => {
    if (value === undefined || value === '') faults.push({ path, message: 'is missing' })
    return value ?? ''
  }
  const unit = (
    path: string,
    parse: (value: string | number) => number,
    value: string | number,
    min = 0,
    max = Infinity
  ): number => {
    try {
      const parsed = parse(value)
      if (parsed < min || parsed > max) faults.push({ path, message: `${value} is out of range` })
      return parsed
    } catch (error) {
      if (!(error instanceof UnitError)) throw error
      faults.push({ path, message: error.message })
      return 0
    }
  }
  const ms = (path: string, value: string | number, min = 0, max = Infinity) =>
    unit(path, parseDuration, value, min, max)
  const intervalMs = ms('interval', file.interval ?? 1, MIN_INTERVAL_MS, MAX_INTERVAL_MS)
  const url = (path: string, value: string, scheme: 'http' | 'ws'): string => {
    const fault = urlFault(value, scheme)
    if (fault !== null) faults.push({ path, message: fault })
    return value
  }
  const names = new Set<string>()
  const sources = (file.sources ?? []).map((source, i): Source => {
    const { every, timeout, ...rest } = source
    if (names.has(rest.name)) faults.push({ path: `sources.${i}.name`, message: `${rest.name} is used twice` })
    if (sensorNames.includes(rest.name)) {
      faults.push({ path: `sources.${i}.name`, message: `${rest.name} is the name of a built-in sensor` })
    }
    names.add(rest.name)
    const everyMs = ms(`sources.${i}.every`, every ?? 10, MIN_INTERVAL_MS, MAX_INTERVAL_MS)
    return {
      ...rest,
      everyMs,
      timeoutMs: ms(`sources.${i}.timeout`, timeout ?? Math.min(10, everyMs / 1000), 1, 3_600_000)
    } as Source
  })
  const fsync = file.buffer?.fsync ?? 1
  const stoppedRetryMs = ms('stopped_retry', file.stopped_retry ?? '1h')
  const config: Config = {
    deviceId: file.device_id ?? defaults.deviceId,
    username: file.device_key === undefined ? need('username', file.username) : '',
    password: file.device_key === undefined ? need('password', file.password) : '',
    deviceKey: file.device_key ?? null,
    authUrl: url('auth_url', file.auth_url ?? 'http://127.0.0.1:3001', 'http'),
    websocketUrl: url('websocket_url', file.websocket_url ?? 'ws://127.0.0.1:8001/producer', 'ws'),
    intervalMs,
    sensors: file.sensors ?? sensorNames,
    sources,
    buffer: {
      dir: file.buffer?.dir ?? defaults.bufferDir,
      capBytes: unit('buffer.max', parseSize, file.buffer?.max ?? '128MiB', 1024 * 1024),
      fsyncMs: fsync === 'each' ? 0 : ms('buffer.fsync', fsync, 0, 3_600_000)
    },
    drainRate: file.drain_rate ?? 500,
    compression: file.compression ?? true,
    changes:
      file.report === 'changes'
        ? {
            fullEveryMs: ms('changes.full_every', file.changes?.full_every ?? '5m', 1000),
            thresholds: file.changes?.thresholds ?? {}
          }
        : null,
    aggregate:
      file.aggregate === undefined
        ? null
        : {
            everyMs: ms('aggregate.every', file.aggregate.every, intervalMs),
            functions: file.aggregate.functions ?? ['min', 'mean', 'max']
          },
    metrics: file.metrics === undefined ? null : { port: file.metrics.port, host: file.metrics.host ?? '127.0.0.1' },
    statusSocket: file.status_socket ?? defaults.statusSocket,
    stoppedRetryMs: stoppedRetryMs === 0 ? null : stoppedRetryMs,
    logLevel: file.log_level ?? 'info'
  }
  if (faults.length > 0) throw new ConfigError(faults)
  return config
}
