import { randomUUID } from 'node:crypto'
import { MAX_REPORTED_DEVICES, type DeviceReport, type DeviceReportResult } from '@motience/schemas'
import type { Identity } from '../auth/authenticator.js'
import type { ServiceTokens } from '../auth/service-tokens.js'
import { createInternalCaller } from '../http/internal-call.js'
import type { Logger } from '../service/service-app.js'

/** Milliseconds between two reports. */
export const REPORT_MS = 5_000

/** Maximum duration of a report, in milliseconds; a service that closes waits for the last one. */
const REPORT_TIMEOUT_MS = 2_000

/** Maximum number of devices that were seen since the last report; of others, the next time counts. */
export const MAX_SEEN = 50_000

/**
 * Tells AP which devices are seen and connected. Only keys of devices count; everything else is ignored. A call costs a
 * lookup, and nothing fails for want of AP: what could not be reported is in the next report.
 */
export interface DeviceReporter {
  /** A device sent something. */
  seen (identity: Identity): void
  /** A device has one connection more. */
  opened (identity: Identity): void
  /** A device has one connection less. */
  closed (identity: Identity): void
  /** Reports a last time that all connections are closed, if AP answers soon. */
  close (): Promise<void>
}

export interface DeviceReporterOptions {
  apUrl: string
  tokens: ServiceTokens
  logger?: Logger
  everyMs?: number
}

/** The first `count` of a set. */
const firstOf = (set: Iterable<string>, count: number): string[] => {
  const first: string[] = []
  for (const value of set) {
    if (first.length === count) break
    first.push(value)
  }
  return first
}

/** Reports every few seconds, in one call for all; see `DeviceReporter`. */
export const createDeviceReporter = (
  { apUrl, tokens, logger, everyMs = REPORT_MS }: DeviceReporterOptions
): DeviceReporter => {
  const instance = randomUUID()
  const caller = createInternalCaller({ name: 'AP', url: apUrl, tokens, connections: 1, timeoutMs: REPORT_TIMEOUT_MS })
  /** Connections by the `sid` of their key; as many entries as the service has connections at most. */
  const connections = new Map<string, number>()
  /** What AP knows of this instance. */
  const reported = new Set<string>()
  /** Where `connections` and `reported` may differ. */
  const changed = new Set<string>()
  const seen = new Set<string>()
  let running: Promise<void> | null = null
  let failures = 0

  const nextReport = (): DeviceReport => {
    const sids = firstOf(changed, MAX_REPORTED_DEVICES)
    return {
      instance,
      seen: firstOf(seen, MAX_REPORTED_DEVICES),
      opened: sids.filter(sid => connections.has(sid)),
      closed: sids.filter(sid => !connections.has(sid))
    }
  }

  const forgetAll = (): void => {
    reported.clear()
    for (const sid of connections.keys()) changed.add(sid)
  }

  const reportOnce = async (report: DeviceReport): Promise<void> => {
    const { status, text } = await caller.call({
      method: 'POST',
      path: '/api/devices/report',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(report)
    })
    if (status !== 200) throw new Error(`AP answered ${status} to a report of devices`)
    // An instance that AP had forgotten has no connections there but those that it just told of.
    if (!(JSON.parse(text) as DeviceReportResult).known) forgetAll()
    for (const sid of report.seen) seen.delete(sid)
    for (const sid of report.opened) reported.add(sid)
    for (const sid of report.closed) reported.delete(sid)
    // It may have changed again while the report was on its way.
    for (const sid of [...report.opened, ...report.closed]) {
      if (connections.has(sid) === reported.has(sid)) changed.delete(sid)
      else changed.add(sid)
    }
  }

  /** An empty report says that the instance is alive; it is left out while there is nothing to keep alive. */
  const report = async (): Promise<void> => {
    try {
      do {
        if (changed.size + seen.size + reported.size === 0) return
        await reportOnce(nextReport())
      } while (changed.size > 0 || seen.size >= MAX_REPORTED_DEVICES)
      failures = 0
    } catch (error) {
      if (++failures === 1) logger?.warn({ err: error }, 'Failed to report devices to AP, retrying')
    }
  }

  const run = async (): Promise<void> => {
    running ??= report().finally(() => { running = null })
    await running
  }

  const timer = setInterval(() => { run().catch(() => {}) }, everyMs)
  timer.unref()

  return {
    seen: ({ deviceOnly, sid }) => { if (deviceOnly && seen.size < MAX_SEEN) seen.add(sid) },
    opened: ({ deviceOnly, sid }) => {
      if (!deviceOnly) return
      connections.set(sid, (connections.get(sid) ?? 0) + 1)
      changed.add(sid)
    },
    closed: ({ deviceOnly, sid }) => {
      if (!deviceOnly) return
      const left = (connections.get(sid) ?? 1) - 1
      if (left > 0) connections.set(sid, left)
      else connections.delete(sid)
      changed.add(sid)
      if (seen.size < MAX_SEEN) seen.add(sid)
    },
    close: async () => {
      clearInterval(timer)
      await running
      for (const sid of connections.keys()) changed.add(sid)
      connections.clear()
      if (reported.size > 0) await report()
      await caller.close()
    }
  }
}
