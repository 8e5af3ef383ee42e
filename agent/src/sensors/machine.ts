import { present, type Sensor } from './sensor.js'
import type { SystemFiles } from './system-files.js'

/** Seconds since the boot. */
export const createUptimeSensor = (files: SystemFiles): Sensor => ({
  name: 'uptime',
  read: () => {
    const seconds = Number((files.read('proc/uptime') ?? '').split(' ')[0] || Number.NaN)
    return Number.isNaN(seconds) ? null : { seconds: Math.round(seconds) }
  }
})

/** Number of threads: total, running, and blocked on I/O. */
export const createProcessSensor = (files: SystemFiles): Sensor => ({
  name: 'processes',
  read: () => {
    const stat = files.read('proc/stat') ?? ''
    const value = (name: string): number | null => {
      const match = new RegExp(`^${name} (\\d+)`, 'm').exec(stat)
      return match === null ? null : Number(match[1])
    }
    const threads = /\d+\/(\d+)/.exec(files.read('proc/loadavg') ?? '')
    return present({
      threads: threads === null ? null : Number(threads[1]),
      running: value('procs_running'),
      blocked: value('procs_blocked')
    })
  }
})

/**
 * Whether the device's clock is set by the network. systemd-timesyncd leaves a file when it is; where another
 * program sets the clock there is nothing to read without asking it, and the series is not there.
 */
export const createClockSensor = (files: SystemFiles): Sensor => ({
  name: 'clock',
  read: () => {
    const folder = files.list('run/systemd/timesync')
    return folder.length === 0 ? null : { synchronized: folder.includes('synchronized') }
  }
})

/** Static facts about the machine. */
export const readMachine = (files: SystemFiles): Record<string, string> => {
  const model =
    files.read('proc/device-tree/model')?.replaceAll('\0', '') ?? files.read('sys/class/dmi/id/product_name')
  const system = /^PRETTY_NAME="?([^"\n]*)"?$/m.exec(files.read('etc/os-release') ?? '')?.[1]
  const kernel = files.read('proc/sys/kernel/osrelease')
  return Object.fromEntries(
    Object.entries({ model, system, kernel }).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string' && entry[1] !== ''
    )
  )
}
