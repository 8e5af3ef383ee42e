import { eachLeaf, type PayloadTree } from '../pipeline/payload-tree.js'
import { createSensors, sensorNames } from '../sensors/index.js'
import { monotonicMs } from '@motience/client/time'
import { startTicker } from '../runtime/ticker.js'
import { EXIT, type CliIo } from './options.js'

const BAR = 20
const isShare = (path: string): boolean => /^cpu\.(usage|user|system|iowait|steal)$|percent$|^pressure\./.test(path)

const bar = (share: number): string => {
  const full = Math.round(Math.min(100, Math.max(0, share)) / 100 * BAR)
  return `${'█'.repeat(full)}${'░'.repeat(BAR - full)}`
}

/** A reading as lines: the name of each series, its value, and a bar for a percentage. */
export const formatReading = (reading: PayloadTree): string => {
  const rows: [string, string, string][] = []
  eachLeaf(reading, (path, value) => {
    const text = Array.isArray(value) ? value.join(' ') : String(value)
    rows.push([path, text, typeof value === 'number' && isShare(path) ? bar(value) : ''])
  })
  const names = Math.max(...rows.map(([name]) => name.length))
  return rows
    .map(([name, value, share]) => `${name.padEnd(names)}  ${value.padStart(10)}  ${share}`.trimEnd() + '\n')
    .join('')
}

/** Shows the sensors of this machine every second, until it is stopped or has done so `count` times. */
export const top = (count: number | undefined, root: string, terminal: boolean, io: CliIo): Promise<number> =>
  new Promise(resolve => {
    const sensors = createSensors({ root, only: sensorNames.filter(name => name !== 'agent') })
    sensors.read(0)
    let shown = 0
    const stop = () => {
      ticker.stop()
      process.off('SIGINT', stop)
      if (terminal) io.out('\u001b[?25h')
      resolve(EXIT.ok)
    }
    const ticker = startTicker(1000, monotonicMs, seconds => {
      // Clearing line by line instead of the whole screen avoids flicker.
      const text = formatReading(sensors.read(seconds) as PayloadTree)
      io.out(terminal ? `\u001b[?25l\u001b[H${text.replaceAll('\n', '\u001b[K\n')}\u001b[J` : `${text}\n`)
      if (++shown === count) stop()
    })
    process.on('SIGINT', stop)
  })
