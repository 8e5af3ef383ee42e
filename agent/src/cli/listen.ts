import type { Envelope } from '@motience/schemas'
import type { ConsumerOptions } from '@motience/client/consumer'
import { urlFault } from '@motience/client/session'
import { EXIT, type CliIo } from './options.js'

/** Flags of `listen`. The password comes from the environment, as `PASSWORD`. */
export interface ListenFlags {
  username?: string
  authUrl: string
  websocketUrl: string
  history?: string
  positions?: string
  slow: NonNullable<ConsumerOptions['slow']>
  count?: number
  json?: boolean
}

/** JSON text on one line: a line break in JSON can only be white space. */
const inLine = (text: string): string => text.replace(/[\r\n]/g, ' ')

/** One line: the device's time of day, producer and device, offset, and the payload as it was sent. */
const formatEnvelope = (envelope: Envelope, payload: string): string => {
  const from = `${envelope.producer_id}/${envelope.device_id ?? '-'}`
  return `${envelope.timestamp.slice(11, 23).replace('Z', '')}  ${from}  #${envelope.offset}  ${inLine(payload)}\n`
}

/** The first flag that is not a usable URL, as a message; null if all are. */
const flagFault = ({ authUrl, websocketUrl, history }: ListenFlags): string | null => {
  const urls = [
    ['--auth-url', authUrl, 'http'], ['--websocket-url', websocketUrl, 'ws'], ['--history', history, 'http']
  ] as const
  for (const [flag, url, scheme] of urls) {
    const fault = url === undefined ? null : urlFault(url, scheme)
    if (fault !== null) return `${flag} ${fault}, got '${url}'\n`
  }
  return null
}

/**
 * Prints what a consumer receives, one line per message, until it is stopped or has printed `count` of them, and exits
 * with 0. Exits with 1 if the platform rejects the account; an unavailable platform is retried forever.
 */
export const listen = async (flags: ListenFlags, io: CliIo): Promise<number> => {
  const username = flags.username ?? io.env['USERNAME']
  const password = io.env['PASSWORD']
  if (username === undefined || password === undefined || password === '') {
    io.err('Missing account: set USERNAME (or --username) and PASSWORD\n')
    return EXIT.config
  }
  const fault = flagFault(flags)
  if (fault !== null) {
    io.err(fault)
    return EXIT.usage
  }
  const { createConsumer, envelopeText, filePositions, payloadText } = await import('@motience/client/consumer')
  const consumer = createConsumer({
    url: flags.websocketUrl,
    authUrl: flags.authUrl,
    username,
    password,
    slow: flags.slow,
    ...flags.history === undefined ? {} : { history: flags.history },
    ...flags.positions === undefined ? {} : { positions: filePositions(flags.positions) }
  })
  consumer.on('subscriptions', positions => {
    io.err(
      positions.length === 0
        ? 'Connected, no subscriptions yet\n'
        : `Connected, subscribed to ${positions.map(position => position.producer_id).join(', ')}\n`
    )
  })
  consumer.on('state', ({ state, reason, retryInMs }) => {
    if (state === 'waiting') {
      io.err(`Disconnected (${reason}). Retrying in ${Math.ceil((retryInMs ?? 0) / 1000)} s\n`)
    }
  })
  consumer.on('gap', gap => { io.err(`Missed ${gap.from} to ${gap.to} of ${gap.producer_id}: ${gap.reason}\n`) })
  consumer.on('error', error => { io.err(`${error.message}\n`) })
  const stop = () => { consumer.close().catch(() => {}) }
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
  let printed = 0
  try {
    for await (const envelope of consumer) {
      io.out(
        flags.json === true ? `${inLine(envelopeText(envelope))}\n` : formatEnvelope(envelope, payloadText(envelope))
      )
      printed++
      if (printed === flags.count) break
    }
    return EXIT.ok
  } catch {
    // The listener of `error` has printed the reason.
    return EXIT.failed
  } finally {
    process.off('SIGINT', stop)
    process.off('SIGTERM', stop)
    await consumer.close()
  }
}
