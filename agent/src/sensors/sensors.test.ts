import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, unlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import t, { type Test } from 'tap'
import { createSensors, sensorNames, type Series } from './index.js'

const FIXTURES = join(import.meta.dirname, '../../test/fixtures')
const BUILT_IN = sensorNames.filter(name => name !== 'agent')

/**
 * A copy of a board's tree. The firmware's file gets its place here: a colon in a path would be no file for some
 * systems' git.
 */
const board = (t: Test, name: string): string => {
  const root = t.testdir()
  cpSync(join(FIXTURES, name), root, { recursive: true })
  if (existsSync(join(root, 'soc'))) {
    const soc = readFileSync(join(root, 'soc'), 'utf8').trim()
    mkdirSync(join(root, `sys/devices/platform/${soc}/${soc}:firmware`), { recursive: true })
    cpSync(join(root, 'get_throttled'), join(root, `sys/devices/platform/${soc}/${soc}:firmware/get_throttled`))
  }
  return root
}

const replace = (root: string, path: string, from: string | RegExp, to: string) => {
  writeFileSync(join(root, path), readFileSync(join(root, path), 'utf8').replace(from, to))
}

/** A second later: 20 ticks of user time, 10 of system, 60 idle, 10 waiting; the disk and the network moved. */
const later = (root: string) => {
  const stat = readFileSync(join(root, 'proc/stat'), 'utf8').replaceAll(
    /^(cpu\d*) +(\d+) (\d+) (\d+) (\d+) (\d+)/gm,
    (_, name: string, ...values: string[]) => {
      const [user, nice, system, idle, iowait] = values.map(Number) as [number, number, number, number, number]
      return `${name} ${user + 20} ${nice} ${system + 10} ${idle + 60} ${iowait + 10}`
    }
  )
  writeFileSync(join(root, 'proc/stat'), stat)
  replace(root, 'proc/diskstats', '987654', String(987654 + 2048))
  replace(root, 'proc/net/dev', ' 2048 ', ` ${2048 + 10240} `)
}

const read = (root: string, only: readonly string[] = BUILT_IN): Series => {
  const sensors = createSensors({ root, only })
  sensors.read(0)
  later(root)
  return sensors.read(1)
}

t.test('Pi Zero 2: Wi-Fi, under-voltage, a kernel without PSI', async t => {
  const reading = read(board(t, 'pi-zero-2'))
  t.match(reading, {
    cpu: { usage: 30, user: 20, system: 10, iowait: 10, steal: 0, cores: [30, 30, 30, 30] },
    cpu_mhz: { cpu0: 600 },
    load: { m1: 0.42, m5: 0.36, m15: 0.3 },
    memory: { total_mib: 426.5, available_mib: 205.1, used_percent: 51.9, swap_total_mib: 100, swap_used_mib: 12.1 },
    wifi: { wlan0: { signal_dbm: -56, quality: 54 } },
    temperature: { cpu_thermal: 61.2 },
    power: {
      under_voltage: true,
      under_voltage_since_boot: true,
      throttled: true,
      throttled_since_boot: true,
      frequency_capped: false
    },
    uptime: { seconds: 123457 },
    processes: { threads: 142, running: 2, blocked: 1 },
    clock: { synchronized: true }
  })
  t.notOk('pressure' in reading)
  t.notOk('frequency_capped_since_boot' in (reading['power'] as Series))
})

t.test('Pi 3: network and disk rates, no power problems', async t => {
  const reading = read(board(t, 'pi-3'))
  t.same(reading['power'], {
    under_voltage: false,
    frequency_capped: false,
    throttled: false,
    soft_temperature_limit: false
  })
  t.match(reading, {
    network: { eth0: { up: false, rx_kib_s: 10, tx_kib_s: 0 }, wlan0: { up: true } },
    disk_io: { mmcblk0: { read_kib_s: 1024, write_kib_s: 0, busy_percent: 0 } },
    pressure: { cpu: { some: 1.5 }, memory: { some: 0, full: 0.1 }, io: { some: 0.3, full: 0.1 } }
  })
  t.same(Object.keys(reading['network'] as Series), ['eth0', 'wlan0'], 'without the loopback')
  t.match(Object.keys(reading['disk'] as Series), ['root', 'boot_firmware'])
  t.same(Object.keys(reading['disk_io'] as Series), ['mmcblk0'], 'without loops and partitions')
})

t.test('Pi 4: soft temperature limit, now and since boot', async t => {
  t.match(read(board(t, 'pi-4'))['power'], {
    under_voltage: false,
    soft_temperature_limit: true,
    soft_temperature_limit_since_boot: true
  })
})

t.test('Pi 5: several temperatures, a fan, voltage from hwmon', async t => {
  const reading = read(board(t, 'pi-5'))
  t.same(
    reading['temperature'],
    { cpu_thermal: 48.3, rp1_adc: 55, nvme_composite: 39.9 },
    'what is not connected is left out'
  )
  t.same(reading['fan_rpm'], { pwmfan_fan1: 2984 })
  t.same(reading['power'], { under_voltage: true })
  t.same(Object.keys(reading['network'] as Series), ['eth0', 'wlan0'], 'without the containers\' ends')
})

t.test('PC: no Pi power sensor, its own chips and disks', async t => {
  const reading = read(board(t, 'pc'))
  t.notOk('power' in reading)
  t.notOk('wifi' in reading)
  t.same(reading['temperature'], {
    acpitz: 27.8,
    x86_pkg_temp: 45,
    coretemp_package_id_0: 45,
    coretemp_core_0: 44,
    coretemp_temp3: 43.5
  })
  t.same(reading['cpu_mhz'], { cpu0: 3400, cpu1: 800 })
  t.same(
    Object.keys(reading['disk'] as Series),
    ['root', 'boot_efi', 'mnt_my_disk'],
    'each device once, nothing of the network'
  )
  t.same(Object.keys(reading['disk_io'] as Series), ['nvme0n1', 'sda'])
  t.same(Object.keys(reading['network'] as Series), ['enp3s0', 'wg0'])
  t.match(reading['pressure'], { io: { some: 2.25 } })
})

t.test('each board reports its model, once per hour', async t => {
  const models = ['pi-zero-2', 'pi-3', 'pi-4', 'pi-5', 'pc'].map(name => {
    const sensors = createSensors({ root: join(FIXTURES, name), only: ['machine'] })
    const { model } = sensors.read(0)['machine'] as { model: string }
    t.notOk('machine' in sensors.read(60))
    t.ok('machine' in sensors.read(3600))
    return model
  })
  t.same(models, [
    'Raspberry Pi Zero 2 W Rev 1.0',
    'Raspberry Pi 3 Model B Plus Rev 1.3',
    'Raspberry Pi 4 Model B Rev 1.5',
    'Raspberry Pi 5 Model B Rev 1.0',
    'OptiPlex 7050'
  ])
})

t.test('a missing file affects its own series only', async t => {
  const complete = Object.keys(read(board(t, 'pi-5')))
  for (const [path, series] of Object.entries({
    'proc/meminfo': ['memory'],
    'proc/loadavg': ['load'],
    'proc/uptime': ['uptime'],
    'proc/net/dev': ['network'],
    'proc/net/wireless': ['wifi'],
    'proc/self/mounts': ['disk'],
    'proc/pressure': ['pressure'],
    'sys/class/thermal': [],
    'sys/class/hwmon': ['fan_rpm'],
    'run/systemd': ['clock'],
    'sys/devices/system': ['cpu_mhz']
  })) {
    const root = board(t, 'pi-5')
    rmSync(join(root, path), { recursive: true })
    if (path === 'proc/net/dev') writeFileSync(join(root, path), '')
    const reading = createSensors({ root, only: BUILT_IN })
    reading.read(0)
    const found = Object.keys(reading.read(1))
    t.same(
      complete.filter(
        name =>
          !found.includes(name) &&
          !['cpu', 'disk_io'].includes(name) &&
          !(path === 'sys/class/hwmon' && name === 'power')
      ),
      series,
      path
    )
  }
})

t.test('invalid file contents are ignored', async t => {
  for (const path of [
    'proc/stat',
    'proc/meminfo',
    'proc/loadavg',
    'proc/uptime',
    'proc/diskstats',
    'proc/net/dev',
    'proc/net/wireless',
    'proc/self/mounts',
    'sys/class/thermal/thermal_zone0/temp',
    'proc/pressure/cpu',
    'get_throttled'
  ]) {
    for (const nonsense of ['', '\0\0\0', 'cpu', '-1 -1 -1 -1', 'x'.repeat(100_000)]) {
      const root = board(t, 'pi-3')
      mkdirSync(dirname(join(root, path)), { recursive: true })
      writeFileSync(join(root, path), nonsense)
      const faults: string[] = []
      const sensors = createSensors({ root, only: BUILT_IN, onFault: name => faults.push(name) })
      sensors.read(0)
      const reading = JSON.stringify(sensors.read(1))
      t.same(faults, [], path)
      t.notMatch(reading, /null|NaN/)
    }
  }
})

t.test('counter resets give no negative rates', async t => {
  const root = board(t, 'pi-3')
  const sensors = createSensors({ root, only: ['network', 'disk_io', 'cpu'] })
  sensors.read(0)
  replace(root, 'proc/net/dev', ' 2048 ', ' 1 ')
  replace(root, 'proc/diskstats', '987654', '1')
  const reading = sensors.read(1)
  t.match(reading, { network: { eth0: { rx_kib_s: 0 } }, disk_io: { mmcblk0: { read_kib_s: 0 } } })
  t.notOk('cpu' in reading, 'no time passed on the processor\'s own clock')
})

t.test('the agent reports its own usage', async t => {
  const sensors = createSensors({
    root: join(FIXTURES, 'pc'),
    only: ['agent'],
    load: () => ({ unacked: 3, bytes: 2048 })
  })
  sensors.read(0)
  t.match(sensors.read(1), { agent: { rss_mib: Number, cpu_percent: Number, unacked: 3, buffer_kib: 2 } })
})

t.test('other systems use the values of Node, under the same names', async t => {
  const root = t.testdir()
  const sensors = createSensors({ root })
  sensors.read(0)
  const reading = sensors.read(1)
  t.match(reading, {
    load: { m1: Number },
    memory: { total_mib: Number, used_percent: Number },
    uptime: { seconds: Number },
    agent: { unacked: 0 }
  })
  t.notOk(existsSync(join(root, 'proc')))
})

t.test('a throwing sensor is reported once, and does not affect the others', async t => {
  const root = board(t, 'pi-3')
  const faults: string[] = []
  const sensors = createSensors({
    root,
    only: ['agent', 'load'],
    load: () => {
      throw new Error('broken')
    },
    onFault: name => faults.push(name)
  })
  sensors.read(0)
  t.same(Object.keys(sensors.read(1)), ['load'])
  t.same(faults, ['agent'])
  unlinkSync(join(root, 'proc/loadavg'))
  t.same(sensors.read(1), {})
})
