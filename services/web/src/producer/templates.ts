import type { GeneratedField } from '../series/sample-generator.js'

/** A sample payload. */
export interface Template { name: string, text: string }

const text = (payload: object): string => JSON.stringify(payload, null, 2)

export const templates: readonly Template[] = [
  { name: 'Room climate', text: text({ temperature_c: 21.4, humidity_pct: 48.2, co2_ppm: 612 }) },
  {
    name: 'Motor',
    text: text({
      speed_rpm: 1480,
      current_a: 6.3,
      temperature_c: 58.1,
      vibration: { x: 0.12, y: 0.09, z: 0.21, unit: 'mm/s' }
    })
  },
  { name: 'Energy meter', text: text({ voltage_v: 230.4, current_a: 4.12, power_w: 948, energy_kwh: 10482.7 }) },
  { name: 'Position', text: text({ lat: 48.1374, lon: 11.5755, altitude_m: 519, speed_kmh: 42.5 }) },
  {
    name: 'Computer',
    text: text({
      cpu: { usage_pct: 23.5, temperature_c: 51 },
      memory: { used_mb: 3120, free_mb: 4880 },
      uptime_s: 86400
    })
  },
  { name: 'With units', text: text({ pressure: 4.2, flow: 12.7, units: { pressure: 'bar', flow: 'l/min' } }) }
]

/** The initial fields of the sample generator. */
export const defaultFields: readonly GeneratedField[] = [
  { name: 'temperature_c', shape: 'walk', base: 22, amplitude: 4, period: 60 },
  { name: 'speed_rpm', shape: 'sine', base: 1450, amplitude: 120, period: 20 },
  { name: 'load_pct', shape: 'saw', base: 50, amplitude: 40, period: 30 }
]
