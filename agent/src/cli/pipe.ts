import { createInterface } from 'node:readline'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { openBuffer } from '@motience/client/buffer'
import { lightFetch } from '../http/light-fetch.js'
import { createLogger } from '../log/logger.js'
import { createProducer } from '@motience/client/producer'
import { lockBufferDir } from '../runtime/lock-buffer-dir.js'
import { producerOptions } from '../runtime/producer-options.js'
import { monotonicMs, readBootId } from '@motience/client/time'
import { EXIT, readConfig, type CliIo, type ConfigFlags } from './options.js'

export interface PipeFlags extends ConfigFlags {
  /** Name of the sensor in the payload; without it, each line is a whole payload. */
  name?: string
  /** Maximum time to wait for the last acks once the input has ended, in seconds. */
  wait: number
}

const MAX_LINE = 64 * 1024
/** Unacked readings at which reading the input pauses. */
const MAX_WAITING = 10_000

const toPayload = (line: string, name: string | undefined): Record<string, unknown> => {
  const value: unknown = JSON.parse(line)
  if (name !== undefined) return { [name]: value }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error('Without --name, a line must be a JSON object')
  }
  return value as Record<string, unknown>
}

/**
 * Sends each line of the input, which is JSON, as a reading. It has its own buffer and connection, so it works with or
 * without a running agent. Invalid lines are counted and skipped.
 */
export const pipe = async (flags: PipeFlags, input: Readable, io: CliIo): Promise<number> => {
  const { config } = readConfig(flags, io.env)
  const logger = createLogger(io.err, { level: config.logLevel })
  const dir = config.buffer.dir === null ? null : join(config.buffer.dir, `pipe-${flags.name ?? 'lines'}`)
  const releaseBufferDir = await lockBufferDir(dir, logger)
  const buffer = await openBuffer({ ...config.buffer, dir, boot: readBootId(), mono: monotonicMs })
  const producer = createProducer({
    ...producerOptions(config), stoppedRetryMs: config.stoppedRetryMs, buffer, fetch: lightFetch
  })
  producer.events.on('stopped', ({ message }) => {
    logger.error('Platform rejected this device', { reason: message })
  })
  producer.events.on('refused', (seq, code, message) => {
    logger.warn('Reading rejected', { seq, code, reason: message })
  })
  let bad = 0
  for await (const line of createInterface({ input, crlfDelay: Infinity })) {
    if (line.trim() === '') continue
    try {
      if (line.length > MAX_LINE) throw new Error(`Line is longer than ${MAX_LINE} characters`)
      producer.send(toPayload(line, flags.name))
    } catch (error) {
      bad++
      if (bad === 1) logger.warn('Skipped a line', { reason: (error as Error).message })
    }
    // Back-pressure on the writer, while the platform is there to drain the buffer.
    if (producer.status().state === 'online' && buffer.stats().unacked > MAX_WAITING) await producer.drained(1000)
  }
  const drained = await producer.drained(flags.wait * 1000)
  const { unacked, lastN } = buffer.stats()
  await producer.close()
  await releaseBufferDir()
  if (bad > 0) logger.warn('Skipped lines', { lines: bad })
  if (!drained) {
    io.err(
      `${unacked} of ${lastN} readings not acked; they stay in the buffer and are sent by the next run\n`
    )
  }
  return bad > 0 || !drained ? EXIT.failed : EXIT.ok
}
