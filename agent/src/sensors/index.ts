import { createAgentSensor, type AgentLoad } from './agent.js'
import { createCpuSensor, createFrequencySensor, createLoadSensor } from './cpu.js'
import { createDiskIoSensor, createDiskSensor } from './disk.js'
import { createClockSensor, createProcessSensor, createUptimeSensor, readMachine } from './machine.js'
import { createMemorySensor, createPressureSensor } from './memory.js'
import { createNetworkSensor, createWifiSensor } from './network.js'
import { createPortableSensors } from './portable.js'
import { createPowerSensor } from './power.js'
import type { Sensor, Series } from './sensor.js'
import { createSystemFiles } from './system-files.js'
import { createFanSensor, createTemperatureSensor } from './thermal.js'

export type { Sensor, Series } from './sensor.js'

const builders = {
  cpu: createCpuSensor,
  cpu_mhz: createFrequencySensor,
  load: createLoadSensor,
  memory: createMemorySensor,
  pressure: createPressureSensor,
  disk: createDiskSensor,
  disk_io: createDiskIoSensor,
  network: createNetworkSensor,
  wifi: createWifiSensor,
  temperature: createTemperatureSensor,
  fan_rpm: createFanSensor,
  power: createPowerSensor,
  uptime: createUptimeSensor,
  processes: createProcessSensor,
  clock: createClockSensor
}

/** Names of the built-in sensors, as used in the configuration. */
export const sensorNames: readonly string[] = [...Object.keys(builders), 'agent', 'machine']

/** Interval at which the static facts about the machine are sent. */
const MACHINE_EVERY_SECS = 3600

export interface SensorOptions {
  /** Root of `/proc` and `/sys`. */
  root?: string
  /** Names of the sensors to read. Default: all. */
  only?: readonly string[]
  load?: () => AgentLoad
  /** Called once for each sensor that throws: a bug that must not affect the other sensors. */
  onFault?: (name: string, error: unknown) => void
}

/** Reads the built-in sensors. A sensor that has nothing to report, or fails, is left out. */
export const createSensors = ({
  root = '/',
  only = sensorNames,
  load = () => ({ unacked: 0, bytes: 0 }),
  onFault = () => {}
}: SensorOptions = {}): { read(seconds: number): Series } => {
  const files = createSystemFiles(root)
  const sensors: Sensor[] =
    files.read('proc/stat') === null ? createPortableSensors() : Object.values(builders).map(build => build(files))
  sensors.push(createAgentSensor(load))
  const chosen = sensors.filter(({ name }) => only.includes(name))
  const machine = only.includes('machine') ? readMachine(files) : {}
  const faulty = new Set<string>()
  let machineAge = Infinity
  return {
    read: seconds => {
      const all: Series = {}
      for (const sensor of chosen) {
        try {
          const series = sensor.read(seconds)
          if (series !== null) all[sensor.name] = series
        } catch (error) {
          if (!faulty.has(sensor.name)) onFault(sensor.name, error)
          faulty.add(sensor.name)
        }
      }
      machineAge += seconds
      if (machineAge >= MACHINE_EVERY_SECS && Object.keys(machine).length > 0) {
        machineAge = 0
        all['machine'] = machine
      }
      return all
    }
  }
}
