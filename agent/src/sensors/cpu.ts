import { present, round, type Sensor, type Series } from './sensor.js'
import type { SystemFiles } from './system-files.js'

/** Columns of a `cpu` line of /proc/stat, in ticks (proc_stat(5)). `guest` is part of `user` and not counted again. */
const COLUMNS = ['user', 'nice', 'system', 'idle', 'iowait', 'irq', 'softirq', 'steal'] as const
type Ticks = Record<(typeof COLUMNS)[number], number>

const parseTicks = (line: string): Ticks => {
  const values = line.trim().split(/\s+/).slice(1).map(Number)
  return Object.fromEntries(COLUMNS.map((name, i) => [name, values[i] ?? 0])) as Ticks
}

const parseStat = (text: string): Map<string, Ticks> => {
  const found = new Map<string, Ticks>()
  for (const line of text.split('\n')) {
    if (!line.startsWith('cpu')) break
    found.set(line.slice(0, line.indexOf(' ')), parseTicks(line))
  }
  return found
}

/** Shares of the time between two readings, in percent. Null if no time passed or the counters were reset. */
const shares = (before: Ticks, now: Ticks): Record<keyof Ticks | 'usage', number> | null => {
  const deltas = COLUMNS.map(name => now[name] - before[name])
  // iowait may fall by a little (proc_stat(5)).
  const total = deltas.reduce((sum, delta) => sum + Math.max(0, delta), 0)
  if (total <= 0) return null
  const share = Object.fromEntries(
    COLUMNS.map((name, i) => [name, round((Math.max(0, deltas[i]!) / total) * 100)])
  ) as Record<keyof Ticks, number>
  return { ...share, usage: round(100 - Math.max(0, deltas[3]!) / total * 100 - Math.max(0, deltas[4]!) / total * 100) }
}

/** Usage in total, by core and by kind; waiting for I/O does not count as usage. */
export const createCpuSensor = (files: SystemFiles): Sensor => {
  let before = new Map<string, Ticks>()
  return {
    name: 'cpu',
    read: () => {
      const text = files.read('proc/stat')
      if (text === null) return null
      const now = parseStat(text)
      const old = before
      before = now
      const share = (name: string) => old.has(name) && now.has(name) ? shares(old.get(name)!, now.get(name)!) : null
      const total = share('cpu')
      if (total === null) return null
      const cores = [...now.keys()].filter(name => name !== 'cpu').map(name => share(name)?.usage ?? null)
      return present({
        usage: total.usage,
        user: round(total.user + total.nice),
        system: round(total.system + total.irq + total.softirq),
        iowait: total.iowait,
        steal: total.steal,
        cores: cores.length > 0 && cores.every(core => core !== null) ? cores : null
      })
    }
  }
}

/** Clock frequency of each core, in MHz; it drops when the machine is idle or throttled. */
export const createFrequencySensor = (files: SystemFiles): Sensor => ({
  name: 'cpu_mhz',
  read: () => {
    const series: Series = {}
    for (const name of files.list('sys/devices/system/cpu/cpufreq')) {
      if (!/^policy\d+$/.test(name)) continue
      const khz = files.number(`sys/devices/system/cpu/cpufreq/${name}/scaling_cur_freq`)
      if (khz !== null) series[name.replace('policy', 'cpu')] = Math.round(khz / 1000)
    }
    return present(series)
  }
})

/** Load averages over 1, 5 and 15 minutes. */
export const createLoadSensor = (files: SystemFiles): Sensor => ({
  name: 'load',
  read: () => {
    const [one, five, fifteen] = (files.read('proc/loadavg') ?? '').split(' ').map(Number)
    if (one === undefined || five === undefined || fifteen === undefined || Number.isNaN(one)) return null
    return { m1: one, m5: five, m15: fifteen }
  }
})
