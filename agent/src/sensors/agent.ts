import { MIB, round, type Sensor } from './sensor.js'

/** What the sensor reports about the agent's buffer. */
export interface AgentLoad { unacked: number, bytes: number }

/** Resource usage of the agent itself: memory, share of a core, and its buffer. */
export const createAgentSensor = (load: () => AgentLoad): Sensor => {
  let before = process.cpuUsage()
  return {
    name: 'agent',
    read: seconds => {
      const used = process.cpuUsage(before)
      before = process.cpuUsage()
      const { unacked, bytes } = load()
      return {
        rss_mib: round(process.memoryUsage.rss() / MIB),
        ...seconds > 0 ? { cpu_percent: round((used.user + used.system) / 10_000 / seconds, 2) } : {},
        unacked,
        buffer_kib: Math.round(bytes / 1024)
      }
    }
  }
}
