import { present, round, seriesName, type Sensor, type Series } from './sensor.js'
import type { SystemFiles } from './system-files.js'

const MAX_SENSORS = 32
/** Values outside this range mean that a sensor is disconnected or faulty. */
const plausible = (celsius: number): boolean => celsius > -60 && celsius < 200

/** Temperatures of thermal zones and hwmon chips, in °C, by name. */
export const createTemperatureSensor = (files: SystemFiles): Sensor => ({
  name: 'temperature',
  read: () => {
    const series: Series = {}
    const add = (name: string, millidegrees: number | null) => {
      if (millidegrees === null || !plausible(millidegrees / 1000) || Object.keys(series).length >= MAX_SENSORS) return
      let unique = seriesName(name)
      for (let i = 2; unique in series; i++) unique = `${seriesName(name)}_${i}`
      series[unique] = round(millidegrees / 1000)
    }
    for (const zone of files.list('sys/class/thermal')) {
      if (!zone.startsWith('thermal_zone')) continue
      add(files.read(`sys/class/thermal/${zone}/type`) ?? zone, files.number(`sys/class/thermal/${zone}/temp`))
    }
    for (const chip of files.list('sys/class/hwmon')) {
      const folder = `sys/class/hwmon/${chip}`
      const name = files.read(`${folder}/name`) ?? chip
      // The kernel also exposes each thermal zone as a chip of the same name.
      if (seriesName(name) in series) continue
      const inputs = files.list(folder).filter(file => /^temp\d+_input$/.test(file))
      for (const input of inputs) {
        const label = files.read(`${folder}/${input.replace('_input', '_label')}`)
        add(
          label !== null ? `${name} ${label}` : inputs.length === 1 ? name : `${name} ${input.replace('_input', '')}`,
          files.number(`${folder}/${input}`)
        )
      }
    }
    return present(series)
  }
})

/** Fan speeds, in rpm. */
export const createFanSensor = (files: SystemFiles): Sensor => ({
  name: 'fan_rpm',
  read: () => {
    const series: Series = {}
    for (const chip of files.list('sys/class/hwmon')) {
      for (const input of files
        .list(`sys/class/hwmon/${chip}`)
        .filter(file => /^fan\d+_input$/.test(file))
        .slice(0, 8)) {
        const rpm = files.number(`sys/class/hwmon/${chip}/${input}`)
        if (rpm !== null) {
          series[seriesName(`${files.read(`sys/class/hwmon/${chip}/name`) ?? chip} ${input.replace('_input', '')}`)] =
            rpm
        }
      }
    }
    return present(series)
  }
})
