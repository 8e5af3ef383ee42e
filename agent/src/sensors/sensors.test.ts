import { join } from 'node:path'
import t from 'tap'
import { createSensors, type Series } from './index.js'
import { board, FIXTURES, read } from './testing/board.js'

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
