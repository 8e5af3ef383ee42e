import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { seededRandom } from '@motience/testing'
import { bundle } from '../../../agent/scripts/bundle.mjs'
import { simulateFleet } from '../../../clients/js/test/fleet.js'
import { measureGrowth } from './memory-growth.js'
import { measureSteady } from './steady-state.js'

// What the agent costs a device, and what a fleet of them costs the platform. Exits with 1 where a bound is passed.
const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '60' }, samples: { type: 'string', default: '86400' } }
})

interface Line { figure: string, measured: string, bound: string, holds: boolean | null }

const dir = mkdtempSync(join(tmpdir(), 'agent-bundle-'))
const lines: Line[] = []
const add = (figure: string, value: number, unit: string, bound: number | null) => {
  lines.push({
    figure,
    measured: `${Number(value.toFixed(2))} ${unit}`,
    bound: bound === null ? '' : `≤ ${bound} ${unit}`,
    holds: bound === null ? null : value <= bound
  })
}
try {
  const file = await bundle({ outfile: join(dir, 'motience-agent.mjs') })
  add('bundle', statSync(file).size / 1024, 'KiB', null)
  const seconds = Number(values.seconds)
  const [compressed, plain] = (await Promise.all(
    [true, false].map(compression => measureSteady(file, { seconds, compression }))
  )) as [Awaited<ReturnType<typeof measureSteady>>, Awaited<ReturnType<typeof measureSteady>>]
  add('payload', compressed.payloadBytes, 'B', null)
  for (const [name, figures] of [['compressed', compressed], ['plain', plain]] as const) {
    add(`${name}: resident memory, p50`, figures.rssP50, 'MiB', null)
    add(`${name}: resident memory, p99`, figures.rssP99, 'MiB', 60)
    add(`${name}: processor, of one core at 1 Hz`, figures.cpuPercent, '%', 0.5)
    add(`${name}: written to the disk, online`, figures.diskBytesPerSec / 1024, 'KiB/s', 2)
    add(`${name}: on the wire, per reading`, figures.wireBytesPerReading, 'B', null)
    add(`${name}: readings in ${figures.seconds} s`, figures.readings, '', null)
  }
  const growth = await measureGrowth(Number(values.samples))
  add(`resident memory after a tenth of ${growth.samples} samples`, growth.earlyMib, 'MiB', null)
  add(`growth from there to the end of ${growth.samples} samples`, growth.growthMib, 'MiB', 2)
  for (const [what, failAfterSecs] of [['refused at once', 0], ['timing out after 15 s', 15]] as const) {
    const { peak, mean } = simulateFleet({ agents: 10_000, outageSecs: 60, failAfterSecs, random: seededRandom(1) })
    add(`10,000 agents after 60 s, attempts ${what}: peak over mean`, peak / mean, 'times', 3)
  }
} finally {
  rmSync(dir, { recursive: true, force: true })
}
console.table(lines)
process.exitCode = lines.every(({ holds }) => holds !== false) ? 0 : 1
