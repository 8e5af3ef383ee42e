import { openBuffer, type ReadingBuffer } from '@motience/client/buffer'
import type { Config } from '../config/config.js'
import type { Logger } from '../log/logger.js'
import { createPipeline, type Pipeline } from '../pipeline/pipeline.js'
import { createProducer, type Producer, type ProducerStatus } from '@motience/client/producer'
import { createSensors } from '../sensors/index.js'
import type { RestFetch } from '@motience/client/session'
import { createSources, type RunningSources, type SourceState } from '../sources/index.js'
import { monotonicMs, readBootId } from '@motience/client/time'
import { ownFolder } from './own-folder.js'
import { startTicker, type Ticker } from './ticker.js'

/** What the agent shows of itself. */
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
  /** Goes on with another configuration; no reading is lost. */
  reload (config: Config): void
  /** Sends what is gathered, waits at most so long for the acks, and ends. What is not acked stays on the disk. */
  stop (waitMs: number): Promise<void>
}

export interface AgentOptions {
  config: Config
  logger: Logger
  /** Folder below which `/proc` and `/sys` are. */
  root?: string
  fetch?: RestFetch
  /** Most milliseconds to wait for another process that has the buffer; 15 s by default. */
  bufferWaitMs?: number
}

/** The parts that a new configuration replaces as a whole. */
interface Collection { ticker: Ticker, sources: RunningSources, pipelines: Pipeline[] }

const openLoggedBuffer = ({ buffer }: Config, logger: Logger): Promise<ReadingBuffer> => openBuffer({
  dir: buffer.dir,
  capBytes: buffer.capBytes,
  fsyncMs: buffer.fsyncMs,
  boot: readBootId(),
  mono: monotonicMs,
  onFault: error => {
    if (error === null) logger.info('The disk takes readings again')
    else {
      logger.error('The disk does not take readings, the newest are kept in memory', {
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
  producer.events.on('offline', ({ message, code }) => {
    failures++
    // An outage of days is not told a thousand times.
    const level = (failures & (failures - 1)) === 0 ? 'warn' : 'debug'
    logger[level]('Not connected', { reason: message, code, failures })
  })
  producer.events.on('stopped', ({ message, code }) => {
    logger.error('The platform refuses this device', { reason: message, code })
  })
  producer.events.on('refused', (seq, code, message) => {
    logger.warn('A reading was refused', { seq, code, reason: message })
  })
  producer.events.on('lost', ({ readings, damaged }) => {
    logger.warn('Readings were lost before they could be sent', { readings, damaged })
  })
}

/**
 * Opens the buffer and starts to collect and to send. Rejects with `LeaseHeldError` where another process keeps the
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
  const giveBack = await ownFolder(config.buffer.dir, logger, bufferWaitMs)
  const buffer = await openLoggedBuffer(config, logger)
  const { unacked, bytes } = buffer.stats()
  logger.info('Opened the buffer', { dir: config.buffer.dir, unacked, bytes })
  const producer = createProducer({
    authUrl: config.authUrl,
    websocketUrl: config.websocketUrl,
    username: config.username,
    password: config.password,
    deviceId: config.deviceId,
    drainRate: config.drainRate,
    compression: config.compression,
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
      logger.warn('A reading could not be stored', { reason: (error as Error).message })
    }
  }

  const collect = (): Collection => {
    const { aggregate, changes } = config
    const sensors = createSensors({
      root,
      only: config.sensors,
      load: () => buffer.stats(),
      onFault: (sensor, error) => { logger.warn('A sensor failed', { sensor, reason: (error as Error).message }) }
    })
    const pipelines: Pipeline[] = []
    const pipe = () => {
      const pipeline = createPipeline({ aggregate, changes }, send)
      pipelines.push(pipeline)
      return pipeline
    }
    const main = pipe()
    // Rates need two looks at the counters: the first is taken now and sent with the second.
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
      producer.configure(config)
      collection = collect()
    },
    stop: async waitMs => {
      end(collection)
      await producer.drained(waitMs)
      await producer.close()
      await giveBack()
    }
  }
}
