import type { AgentStatus } from '../runtime/agent.js'
import { askStatus } from '../status/socket.js'
import { EXIT, type CliIo } from './options.js'

const UNITS: [string, number][] = [['d', 86_400], ['h', 3600], ['min', 60], ['s', 1]]

/** A duration in its two largest units. */
export const formatAge = (ms: number): string => {
  let seconds = Math.max(0, Math.round(ms / 1000))
  const parts: string[] = []
  for (const [unit, size] of UNITS) {
    const count = Math.floor(seconds / size)
    if (count > 0 || (unit === 's' && parts.length === 0)) parts.push(`${count} ${unit}`)
    seconds -= count * size
    if (parts.length === 2) break
  }
  return parts.join(' ')
}

export const formatBytes = (bytes: number): string =>
  bytes < 1024
    ? `${bytes} B`
    : bytes < 1024 ** 2
      ? `${(bytes / 1024).toFixed(1)} KiB`
      : `${(bytes / 1024 ** 2).toFixed(1)} MiB`

/** The status as text. */
export const formatStatus = (status: AgentStatus, now: number): string => {
  const { state, since, buffer, counts, lastFault, clockOffsetMs, clockErrorMs, sources } = status
  const minutes = Math.max(1 / 60, (now - status.startedAt) / 60_000)
  const lines: [string, string][] = [
    ['Device', status.deviceId],
    [
      'Connection',
      state === 'online' ? `connected for ${formatAge(now - since)}` : `${state}, for ${formatAge(now - since)}`
    ],
    ['Running', `for ${formatAge(now - status.startedAt)}`],
    [
      'Buffer',
      `${buffer.unacked} readings not acked, ${formatBytes(buffer.bytes)}` +
      (buffer.faulty ? ', in memory: disk not writable' : '')
    ],
    ['Oldest unsent', buffer.oldest === null ? 'none' : `${formatAge(now - buffer.oldest)} ago`],
    [
      'Readings',
      `${status.readings} taken, ${counts.acked} acked (${(counts.acked / minutes).toFixed(1)} a minute), ` +
      `${counts.repeats} repeats, ${counts.refused} rejected`
    ],
    ['Lost', buffer.lost === null ? 'nothing to report' : `${buffer.lost.readings} readings`],
    [
      'Clock',
      clockOffsetMs === null ? 'not compared yet' : `${clockOffsetMs} ms behind the platform's, ± ${clockErrorMs} ms`
    ],
    ['Last error', lastFault === null ? 'none' : `${lastFault.message}, ${formatAge(now - lastFault.at)} ago`],
    ...sources.map(({ name, ok, lastError, failures }): [string, string] => [
      `Source ${name}`,
      ok === null ? 'not read yet' : ok ? 'ok' : `failed ${failures} times in a row: ${lastError}`
    ])
  ]
  const width = Math.max(...lines.map(([name]) => name.length))
  return lines.map(([name, value]) => `${name.padEnd(width)}  ${value}\n`).join('')
}

const isStatus = (value: unknown): value is AgentStatus =>
  typeof value === 'object' && value !== null && 'buffer' in value

/** Prints the status of the agent behind a socket. */
export const showStatus = async (socket: string, json: boolean, io: CliIo): Promise<number> => {
  let status: unknown
  try {
    status = await askStatus(socket)
  } catch (error) {
    io.err(`No agent is running at ${socket} (${(error as NodeJS.ErrnoException).code ?? (error as Error).message})\n`)
    return EXIT.unavailable
  }
  if (json) io.out(`${JSON.stringify(status, null, 2)}\n`)
  else io.out(isStatus(status) ? formatStatus(status, Date.now()) : 'Agent is starting\n')
  return EXIT.ok
}
