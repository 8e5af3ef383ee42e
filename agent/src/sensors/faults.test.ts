import { existsSync, mkdirSync, rmSync, unlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import t from 'tap'
import { createSensors } from './index.js'
import { board, BUILT_IN, FIXTURES, read, replace } from './testing/board.js'

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
