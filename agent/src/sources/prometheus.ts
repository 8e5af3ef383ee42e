import type { Tree } from '../pipeline/tree.js'
import { seriesName } from '../sensors/sensor.js'

/** `name{label="value",…} number [timestamp]` of the text exposition format 0.0.4. */
const SAMPLE = /^([A-Za-z_:][\w:]*)(?:\{(.*)\})?\s+(\S+)(?:\s+-?\d+)?$/
const LABEL = /([A-Za-z_]\w*)="((?:[^"\\]|\\.)*)"/g
const MAX_SAMPLES = 1000

const matcher = (patterns: readonly string[]): (name: string) => boolean => {
  const compiled = patterns.map(
    pattern =>
      new RegExp(
        `^${pattern
          .split('*')
          .map(part => part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'))
          .join('.*')}$`
      )
  )
  return name => compiled.some(pattern => pattern.test(name))
}

/**
 * Reads what a Prometheus exporter shows: a metric becomes a value under its name, one with labels a group with a value
 * for each set of them, named by their values. `metrics` chooses, with `*` for anything; at most 1000 samples are
 * taken.
 */
export const parsePrometheus = (text: string, metrics: readonly string[] = ['*']): Tree => {
  const wanted = matcher(metrics)
  const found: Tree = {}
  let samples = 0
  for (const line of text.split('\n')) {
    const match = line.startsWith('#') ? null : SAMPLE.exec(line.trim())
    if (match === null || !wanted(match[1]!)) continue
    const value = Number(match[3])
    if (!Number.isFinite(value)) continue
    if (++samples > MAX_SAMPLES) break
    const name = match[1]!.replaceAll(':', '_')
    const labels = [...(match[2] ?? '').matchAll(LABEL)].map(label => label[2]!)
    if (labels.length === 0) found[name] = value
    else {
      const group = typeof found[name] === 'object' ? found[name] as Tree : {}
      group[seriesName(labels.join(' '))] = value
      found[name] = group
    }
  }
  if (samples === 0) throw new Error('No metric was found')
  return found
}
