import { createInterface } from 'node:readline'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { openBuffer } from '@motience/client/buffer'
import { lightFetch } from '../http/request.js'
import { createLogger } from '../log/logger.js'
import { createProducer } from '@motience/client/producer'
import { ownFolder } from '../runtime/own-folder.js'
import { monotonicMs, readBootId } from '@motience/client/time'
import { EXIT, readConfig, type CliIo, type ConfigFlags } from './options.js'

export interface PipeFlags extends ConfigFlags {
  /** Name of the sensor, under which its values are in the payload; without one each line is the payload. */
  name?: string
  /** Seconds to wait for the last acks once the input has ended. */
  wait: number
}

const MAX_LINE = 64 * 1024
/** Readings that may wait before the input is not read any more. */
const MAX_WAITING = 10_000

const toPayload = (line: string, name: string | undefined): Record<string, unknown> => {
  const value: unknown = JSON.parse(line)
  if (name !== undefined) return { [name]: value }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) { throw new Error('A line without --name has to be a JSON object') }
  return value as Record<string, unknown>
}

/**
 * Sends each line of the input, which is JSON, as a reading. It has a buffer and a connection of its own, so that it
 * works beside a running agent and without one. Lines that are no JSON are counted and skipped.
 */
export const pipe = async (flags: PipeFlags, input: Readable, io: CliIo): Promise<number> => {
  const { config } = readConfig(flags, io.env)
  const logger = createLogger(io.err, { level: config.logLevel })
  const dir = config.buffer.dir === null ? null : join(config.buffer.dir, `pipe-${flags.name ?? 'lines'}`)
  const giveBack = await ownFolder(dir, logger)
  const buffer = await openBuffer({ ...config.buffer, dir, boot: readBootId(), mono: monotonicMs })
  const producer = createProducer({ ...config, buffer, fetch: lightFetch })
  producer.events.on('stopped', ({ message }) => {
    logger.error('The platform refuses this device', { reason: message })
  })
  producer.events.on('refused', (seq, code, message) => {
    logger.warn('A reading was refused', { seq, code, reason: message })
  })
  let bad = 0
  for await (const line of createInterface({ input, crlfDelay: Infinity })) {
    if (line.trim() === '') continue
    try {
      if (line.length > MAX_LINE) throw new Error(`A line may have ${MAX_LINE} characters`)
      producer.send(toPayload(line, flags.name))
    } catch (error) {
      bad++
      if (bad === 1) logger.warn('A line was skipped', { reason: (error as Error).message })
    }
    // Whoever writes faster than the platform takes feels it, as long as somebody listens there.
    if (producer.status().state === 'online' && buffer.stats().unacked > MAX_WAITING) await producer.drained(1000)
  }
  const drained = await producer.drained(flags.wait * 1000)
  const { unacked, lastN } = buffer.stats()
  await producer.close()
  await giveBack()
  if (bad > 0) logger.warn('Lines were skipped', { lines: bad })
  if (!drained) {
    io.err(
      `${unacked} of the readings up to ${lastN} are not acked; they stay in the buffer and are sent the next time\n`
    )
  }
  return bad > 0 || !drained ? EXIT.failed : EXIT.ok
}
