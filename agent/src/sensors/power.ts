import { present, type Sensor } from './sensor.js'
import type { SystemFiles } from './system-files.js'

/** File in which a Pi's firmware reports why it throttles, as hexadecimal flags. */
const THROTTLED = 'get_throttled'
const BITS = { under_voltage: 0, frequency_capped: 1, throttled: 2, soft_temperature_limit: 3 } as const
/** The same flags, shifted by this many bits, mean that it has happened since boot. */
const SINCE_BOOT = 16

const findThrottled = (files: SystemFiles): string | null => {
  for (const soc of files.list('sys/devices/platform')) {
    if (!/^soc(@|$)/.test(soc)) continue
    for (const firmware of files.list(`sys/devices/platform/${soc}`)) {
      const path = `sys/devices/platform/${soc}/${firmware}/${THROTTLED}`
      if (firmware.endsWith(':firmware') && files.read(path) !== null) return path
    }
  }
  return null
}

const findVoltageAlarm = (files: SystemFiles): string | null => {
  for (const chip of files.list('sys/class/hwmon')) {
    if (files.read(`sys/class/hwmon/${chip}/name`) === 'rpi_volt') return `sys/class/hwmon/${chip}/in0_lcrit_alarm`
  }
  return null
}

/**
 * Under-voltage and throttling of a Raspberry Pi: from its firmware's file, or from the hwmon driver of newer kernels
 * (Documentation/hwmon/raspberrypi-hwmon.rst), which reports only under-voltage. `…_since_boot` is present only when
 * true.
 */
export const createPowerSensor = (files: SystemFiles): Sensor => {
  const throttledPath = findThrottled(files)
  const alarmPath = findVoltageAlarm(files)
  return {
    name: 'power',
    read: () => {
      const text = throttledPath === null ? null : files.read(throttledPath)
      const bits = text === null ? Number.NaN : Number.parseInt(text, 16)
      if (Number.isNaN(bits)) {
        const alarm = alarmPath === null ? null : files.number(alarmPath)
        return alarm === null ? null : { under_voltage: alarm === 1 }
      }
      const isSet = (bit: number) => (bits >>> bit & 1) === 1
      return present(Object.fromEntries(Object.entries(BITS).flatMap(([name, bit]) => [
        [name, isSet(bit)],
        [`${name}_since_boot`, isSet(bit + SINCE_BOOT) ? true : null]
      ])))
    }
  }
}
