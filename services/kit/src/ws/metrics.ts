import { Counter, Gauge, type Registry } from 'prom-client'
import { closeCodes } from '@motience/schemas'

/** Counters of a WebSocket server. */
export interface SocketMetrics {
  opened (): void
  closed (code: number): void
  refused (status: number): void
  received (bytes: number): void
  sent (bytes: number): void
  badFrame (): void
}

const knownCodes = new Set<number>([...Object.values(closeCodes), 1000, 1002, 1003, 1005, 1006, 1008])

/** Registers the metrics of one server; undocumented close codes are counted as `other`, so that labels are bounded. */
export const createSocketMetrics = (registry: Registry): SocketMetrics => {
  const registers = [registry]
  const connections = new Gauge({ name: 'motience_ws_connections', help: 'Open WebSockets', registers })
  const opened = new Counter({ name: 'motience_ws_opened_total', help: 'WebSockets that were opened', registers })
  const closes = new Counter({
    name: 'motience_ws_closes_total',
    help: 'WebSockets that were closed, by close code',
    labelNames: ['code'],
    registers
  })
  const refusals = new Counter({
    name: 'motience_ws_refusals_total',
    help: 'Upgrades that were refused, by HTTP status',
    labelNames: ['status'],
    registers
  })
  const frames = new Counter({
    name: 'motience_ws_frames_total',
    help: 'Frames, by direction',
    labelNames: ['direction'],
    registers
  })
  const bytes = new Counter({
    name: 'motience_ws_frame_bytes_total',
    help: 'Bytes of the text of frames, by direction',
    labelNames: ['direction'],
    registers
  })
  const badFrames = new Counter({
    name: 'motience_ws_bad_frames_total',
    help: 'Frames that were refused as malformed',
    registers
  })
  for (const code of [...knownCodes, 'other']) closes.inc({ code: String(code) }, 0)
  for (const status of [401, 403, 429, 503]) refusals.inc({ status: String(status) }, 0)
  const framesIn = frames.labels('in')
  const framesOut = frames.labels('out')
  const bytesIn = bytes.labels('in')
  const bytesOut = bytes.labels('out')
  return {
    opened: () => { connections.inc(); opened.inc() },
    closed: code => { connections.dec(); closes.labels(knownCodes.has(code) ? String(code) : 'other').inc() },
    refused: status => refusals.labels(String(status)).inc(),
    received: size => { framesIn.inc(); bytesIn.inc(size) },
    sent: size => { framesOut.inc(); bytesOut.inc(size) },
    badFrame: () => badFrames.inc()
  }
}
