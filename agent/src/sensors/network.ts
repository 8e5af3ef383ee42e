import { present, round, seriesName, type Sensor, type Series } from './sensor.js'
import type { SystemFiles } from './system-files.js'

/** Virtual interfaces, whose traffic is counted elsewhere or stays local. */
const VIRTUAL = /^(lo|veth.*|docker\d+|br-.*|virbr.*|ifb\d+|dummy\d+|tunl\d+|sit\d+)$/
const MAX_INTERFACES = 16
/** Columns of /proc/net/dev: bytes and errors, received and sent. */
const COLUMNS = [0, 2, 8, 10]

/** Throughput of each interface in KiB/s, whether it is up, and its errors since the last reading. */
export const createNetworkSensor = (files: SystemFiles): Sensor => {
  let before = new Map<string, number[]>()
  return {
    name: 'network',
    read: seconds => {
      const now = new Map<string, number[]>()
      for (const line of (files.read('proc/net/dev') ?? '').split('\n').slice(2)) {
        const colon = line.indexOf(':')
        const name = line.slice(0, colon).trim()
        if (colon === -1 || VIRTUAL.test(name) || now.size >= MAX_INTERFACES) continue
        const fields = line.slice(colon + 1).trim().split(/\s+/).map(Number)
        now.set(name, COLUMNS.map(column => fields[column] ?? 0))
      }
      const old = before
      before = now
      const series: Series = {}
      for (const [name, counters] of now) {
        const start = old.get(name)
        const state = files.read(`sys/class/net/${name}/operstate`)
        // Counters of a 32-bit kernel wrap around at 4 GiB.
        const deltas =
          start === undefined || seconds <= 0 ? null : counters.map((value, i) => Math.max(0, value - start[i]!))
        series[seriesName(name)] = present({
          up: state === null || state === 'unknown' ? null : state === 'up',
          rx_kib_s: deltas === null ? null : round(deltas[0]! / 1024 / seconds),
          tx_kib_s: deltas === null ? null : round(deltas[2]! / 1024 / seconds),
          errors: deltas === null || deltas[1]! + deltas[3]! === 0 ? null : deltas[1]! + deltas[3]!
        }) ?? {}
      }
      for (const [name, value] of Object.entries(series)) if (Object.keys(value).length === 0) delete series[name]
      return present(series)
    }
  }
}

/** Signal of each Wi-Fi interface in dBm, and its link quality as the driver counts it. */
export const createWifiSensor = (files: SystemFiles): Sensor => ({
  name: 'wifi',
  read: () => {
    const series: Series = {}
    for (const line of (files.read('proc/net/wireless') ?? '').split('\n').slice(2)) {
      // ` wlan0: 0000   54.  -56.  -256 …`: status, link quality, signal.
      const match = /^\s*(\S+):\s+\S+\s+(-?[\d.]+)\s+(-?[\d.]+)/.exec(line)
      if (match === null) continue
      const signal = Number(match[3])
      // Some drivers report an unsigned byte.
      series[seriesName(match[1]!)] = { signal_dbm: signal > 0 ? signal - 256 : signal, quality: Number(match[2]) }
    }
    return present(series)
  }
})
