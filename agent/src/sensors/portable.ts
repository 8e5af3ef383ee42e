import os from 'node:os'
import { MIB, round, type Sensor } from './sensor.js'

const ticks = (): { total: number, idle: number } => {
  let total = 0
  let idle = 0
  for (const { times } of os.cpus()) {
    total += times.user + times.nice + times.sys + times.idle + times.irq
    idle += times.idle
  }
  return { total, idle }
}

/** Sensors based on `node:os`, for systems without `/proc`, with the names and units of the others. */
export const createPortableSensors = (): Sensor[] => {
  let before = ticks()
  return [
    {
      name: 'cpu',
      read: () => {
        const now = ticks()
        const total = now.total - before.total
        const usage = total <= 0 ? null : round(100 - (now.idle - before.idle) / total * 100)
        before = now
        return usage === null ? null : { usage }
      }
    },
    {
      name: 'load',
      read: () => {
        const [m1, m5, m15] = os.loadavg() as [number, number, number]
        return { m1: round(m1, 2), m5: round(m5, 2), m15: round(m15, 2) }
      }
    },
    {
      name: 'memory',
      read: () => ({
        total_mib: round(os.totalmem() / MIB),
        available_mib: round(os.freemem() / MIB),
        used_percent: round((1 - os.freemem() / os.totalmem()) * 100)
      })
    },
    { name: 'uptime', read: () => ({ seconds: Math.round(os.uptime()) }) }
  ]
}
