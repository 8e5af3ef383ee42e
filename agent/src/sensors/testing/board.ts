import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Test } from 'tap'
import { createSensors, sensorNames, type Series } from '../index.js'

/** Folder of the boards' trees. */
export const FIXTURES = join(import.meta.dirname, '../../../test/fixtures')
export const BUILT_IN = sensorNames.filter(name => name !== 'agent')

/**
 * A copy of a board's tree. The firmware's file is created here, because some
 * file systems do not allow a colon in a file name.
 */
export const board = (t: Test, name: string): string => {
  const root = t.testdir()
  cpSync(join(FIXTURES, name), root, { recursive: true })
  if (existsSync(join(root, 'soc'))) {
    const soc = readFileSync(join(root, 'soc'), 'utf8').trim()
    mkdirSync(join(root, `sys/devices/platform/${soc}/${soc}:firmware`), { recursive: true })
    cpSync(join(root, 'get_throttled'), join(root, `sys/devices/platform/${soc}/${soc}:firmware/get_throttled`))
  }
  return root
}

export const replace = (root: string, path: string, from: string | RegExp, to: string) => {
  writeFileSync(join(root, path), readFileSync(join(root, path), 'utf8').replace(from, to))
}

/** A second later: 20 ticks of user time, 10 of system, 60 idle, 10 waiting; the disk and the network moved. */
export const later = (root: string) => {
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

export const read = (root: string, only: readonly string[] = BUILT_IN): Series => {
  const sensors = createSensors({ root, only })
  sensors.read(0)
  later(root)
  return sensors.read(1)
}
