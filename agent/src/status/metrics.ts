import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { AgentStatus } from '../runtime/agent.js'

type Metric = [name: string, type: 'gauge' | 'counter', help: string, value: number | null]

const metrics = (status: AgentStatus): Metric[] => [
  [
    'motience_agent_online',
    'gauge',
    'Whether the agent is connected to the platform.',
    status.state === 'online' ? 1 : 0
  ],
  ['motience_agent_readings_total', 'counter', 'Readings taken.', status.readings],
  ['motience_agent_sent_total', 'counter', 'Readings sent, including repeats.', status.counts.sent],
  ['motience_agent_acked_total', 'counter', 'Readings acknowledged by the platform.', status.counts.acked],
  ['motience_agent_repeats_total', 'counter', 'Readings that the platform already had.', status.counts.repeats],
  ['motience_agent_refused_total', 'counter', 'Readings rejected by the platform.', status.counts.refused],
  ['motience_agent_unacked_readings', 'gauge', 'Readings in the buffer.', status.buffer.unacked],
  ['motience_agent_buffer_bytes', 'gauge', 'Size of the buffer.', status.buffer.bytes],
  ['motience_agent_buffer_faulty', 'gauge', 'Whether the disk is not writable.', status.buffer.faulty ? 1 : 0],
  ['motience_agent_lost_readings', 'gauge', 'Readings lost and not yet reported.', status.buffer.lost?.readings ?? 0],
  [
    'motience_agent_clock_offset_seconds',
    'gauge',
    'How far the device clock is behind the platform clock.',
    status.clockOffsetMs === null ? null : status.clockOffsetMs / 1000
  ],
  [
    'motience_agent_failing_sources',
    'gauge',
    'Sources whose last reading failed.',
    status.sources.filter(({ ok }) => ok === false).length
  ],
  ['process_resident_memory_bytes', 'gauge', 'Resident memory.', process.memoryUsage.rss()],
  [
    'process_cpu_seconds_total',
    'counter',
    'User and system CPU time.',
    Object.values(process.cpuUsage()).reduce((a: number, b: number) => a + b, 0) / 1e6
  ],
  ['process_start_time_seconds', 'gauge', 'Start of the process.', status.startedAt / 1000]
]

/** The status in the text exposition format 0.0.4 of Prometheus. */
export const formatMetrics = (status: AgentStatus): string => metrics(status)
  .filter(([, , , value]) => value !== null)
  .map(([name, type, help, value]) => `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${name} ${value}\n`)
  .join('')

/** Serves `GET /metrics`. Rejects if the port is in use. */
export const serveMetrics = async (
  { port, host }: { port: number; host: string },
  status: () => AgentStatus
): Promise<{ port: number; close(): Promise<void> }> => {
  const server = createServer((request, response) => {
    const found = request.url === '/metrics'
    const allowed = request.method === 'GET' || request.method === 'HEAD'
    response.writeHead(
      !found ? 404 : allowed ? 200 : 405,
      found && allowed ? { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' } : { allow: 'GET, HEAD' }
    )
    response.end(found && allowed ? formatMetrics(status()) : undefined)
  })
  server.maxConnections = 16
  server.requestTimeout = 5000
  server.listen(port, host)
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    }
  }
}
