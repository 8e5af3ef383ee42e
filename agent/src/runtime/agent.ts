import { openBuffer, type ReadingBuffer } from '@motience/client/buffer'
import type { Config } from '../config/config.js'
import type { Logger } from '../log/logger.js'
import { createPipeline, type Pipeline } from '../pipeline/pipeline.js'
import { createProducer, type Producer, type ProducerStatus } from '@motience/client/producer'
import { createSensors } from '../sensors/index.js'
import type { RestFetch } from '@motience/client/session'
import { createSources, type RunningSources, type SourceState } from '../sources/index.js'
import { monotonicMs, readBootId } from '@motience/client/time'
import { lockBufferDir } from './lock-buffer-dir.js'
import { producerOptions } from './producer-options.js'
import { startTicker, type Ticker } from './ticker.js'

/** The agent's status, as its socket and its metrics show it. */
export interface AgentStatus extends ProducerStatus {
  deviceId: string
  startedAt: number
  /** Readings taken since the start. */
  readings: number
  sources: SourceState[]
}

/** A running agent. */
export interface Agent {
  readonly producer: Producer
  status (): AgentStatus
  /** Applies another configuration; no reading is lost. */
  reload (config: Config): void
  /** Flushes the pipelines, waits up to `waitMs` for acks and stops. What is not acked stays on the disk. */
  stop (waitMs: number): Promise<void>
}

export interface AgentOptions {
  config: Config
  logger: Logger
  /** Root of `/proc` and `/sys`. */
  root?: string
  fetch?: RestFetch
  /** Maximum time to wait for another process that uses the buffer. Default 15 s. */
  bufferWaitMs?: number
}

/** What a new configuration replaces as a whole. */
interface Collection { ticker: Ticker, sources: RunningSources, pipelines: Pipeline[] }

const openLoggedBuffer = ({ buffer }: Config, logger: Logger): Promise<ReadingBuffer> => openBuffer({
  dir: buffer.dir,
  capBytes: buffer.capBytes,
  fsyncMs: buffer.fsyncMs,
  boot: readBootId(),
  mono: monotonicMs,
  onFault: error => {
    if (error === null) logger.info('Disk is writable again')
    else {
      logger.error('Cannot write to disk, keeping the newest readings in memory', {
        code: (error as NodeJS.ErrnoException).code ?? String(error)
      })
    }
  }
})

const logEvents = (producer: Producer, logger: Logger): void => {
  let failures = 0
  producer.events.on('online', () => {
    failures = 0
    logger.info('Connected', { backlog: producer.status().buffer.unacked })
  })
  producer.events.on('offline', ({ message, code, retryInMs }) => {
    failures++
    // An outage of days is not logged a thousand times.
    const level = (failures & (failures - 1)) === 0 ? 'warn' : 'debug'
    logger[level]('Disconnected, retrying', { reason: message, code, retry_in_ms: retryInMs, failures })
  })
  producer.events.on('stopped', ({ message, code, retryInMs }) => {
    logger.error('Platform rejected this device', { reason: message, code, retry_in_ms: retryInMs })
  })
  producer.events.on('refused', (seq, code, message) => {
    logger.warn('Reading rejected', { seq, code, reason: message })
  })
  producer.events.on('lost', ({ readings, damaged }) => {
    logger.warn('Readings lost before they could be sent', { readings, damaged })
  })
}

/**
 * Opens the buffer, and starts collecting and sending. Rejects with `LeaseHeldError` if another process uses the
 * buffer.
 */
export const startAgent = async ({
  config: firstConfig,
  logger,
  root = '/',
  fetch,
  bufferWaitMs
}: AgentOptions): Promise<Agent> => {
  let config = firstConfig
  const startedAt = Date.now()
  let readings = 0
  const releaseBufferDir = await lockBufferDir(config.buffer.dir, logger, bufferWaitMs)
  const buffer = await openLoggedBuffer(config, logger)
  const { unacked, bytes } = buffer.stats()
  logger.info('Opened the buffer', { dir: config.buffer.dir, unacked, bytes })
  const producer = createProducer({
    ...producerOptions(config),
    stoppedRetryMs: config.stoppedRetryMs,
    buffer,
    ...fetch === undefined ? {} : { fetch }
  })
  logEvents(producer, logger)

  const send = (payload: Record<string, unknown>, time: number, mono: number) => {
    try {
      producer.send(payload, { time, mono })
      readings++
    } catch (error) {
      logger.warn('Could not store reading', { reason: (error as Error).message })
    }
  }

  const collect = (): Collection => {
    const { aggregate, changes } = config
    const sensors = createSensors({
      root,
      only: config.sensors,
      load: () => buffer.stats(),
      onFault: (sensor, error) => { logger.warn('Sensor failed', { sensor, reason: (error as Error).message }) }
    })
    const pipelines: Pipeline[] = []
    const pipe = () => {
      const pipeline = createPipeline({ aggregate, changes }, send)
      pipelines.push(pipeline)
      return pipeline
    }
    const main = pipe()
    // Rates need two samples of the counters: the first is taken now, and the first reading has the difference.
    sensors.read(0)
    const ticker = startTicker(config.intervalMs, monotonicMs, seconds => {
      main.push(sensors.read(seconds), Date.now(), monotonicMs())
    })
    const sources = createSources(config.sources, { logger, pipe: () => pipe().push })
    return { ticker, sources, pipelines }
  }

  const end = ({ ticker, sources, pipelines }: Collection) => {
    ticker.stop()
    sources.stop()
    for (const pipeline of pipelines) pipeline.flush()
  }

  let collection = collect()

  return {
    producer,
    status: () => ({
      ...producer.status(),
      deviceId: config.deviceId,
      startedAt,
      readings,
      sources: collection.sources.states()
    }),
    reload: next => {
      config = next
      logger.setLevel(config.logLevel)
      end(collection)
      producer.configure(producerOptions(config))
      collection = collect()
    },
    stop: async waitMs => {
      end(collection)
      await producer.drained(waitMs)
      await producer.close()
      await releaseBufferDir()
    }
  }
}
