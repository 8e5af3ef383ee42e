import { MIB, present, round, type Sensor } from './sensor.js'
import type { SystemFiles } from './system-files.js'

/** Memory and swap in MiB. `available` is the kernel's estimate of what programs can still allocate. */
export const createMemorySensor = (files: SystemFiles): Sensor => ({
  name: 'memory',
  read: () => {
    const text = files.read('proc/meminfo')
    if (text === null) return null
    const bytes = (name: string): number | null => {
      const match = new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)
      return match === null ? null : Number(match[1]) * 1024
    }
    const total = bytes('MemTotal')
    const available = bytes('MemAvailable')
    const swapTotal = bytes('SwapTotal')
    const swapFree = bytes('SwapFree')
    const mib = (value: number | null) => value === null ? null : round(value / MIB)
    return present({
      total_mib: mib(total),
      available_mib: mib(available),
      used_percent:
        total === null || available === null || total === 0 ? null : round(((total - available) / total) * 100),
      swap_total_mib: mib(swapTotal),
      swap_used_mib: swapTotal === null || swapFree === null ? null : mib(swapTotal - swapFree)
    })
  }
})

const RESOURCES = ['cpu', 'memory', 'io'] as const

/** Pressure (PSI): the share of the last 10 s in which some or all tasks waited for a resource, in percent. */
export const createPressureSensor = (files: SystemFiles): Sensor => ({
  name: 'pressure',
  read: () => present(Object.fromEntries(RESOURCES.map(resource => {
    const text = files.read(`proc/pressure/${resource}`) ?? ''
    const average = (kind: string): number | null => {
      const match = new RegExp(`^${kind} avg10=([\\d.]+)`, 'm').exec(text)
      return match === null ? null : Number(match[1])
    }
    return [resource, present({ some: average('some'), full: resource === 'cpu' ? null : average('full') })]
  })))
})
