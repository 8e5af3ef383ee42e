import type { PayloadTree } from '../pipeline/payload-tree.js'
import { wildcardRegExp } from '../pipeline/wildcard.js'
import { seriesName } from '../sensors/sensor.js'

/** `name{label="value",…} number [timestamp]` of the text exposition format 0.0.4. */
const SAMPLE = /^([A-Za-z_:][\w:]*)(?:\{(.*)\})?\s+(\S+)(?:\s+-?\d+)?$/
const LABEL = /([A-Za-z_]\w*)="((?:[^"\\]|\\.)*)"/g
const MAX_SAMPLES = 1000

const matcher = (patterns: readonly string[]): (name: string) => boolean => {
  const compiled = patterns.map(pattern => wildcardRegExp(pattern, '.*'))
  return name => compiled.some(pattern => pattern.test(name))
}

/**
 * Parses the output of a Prometheus exporter. A metric becomes a value under its name; one with labels becomes a group
 * with one value per label set, named after the label values. `metrics` selects by name, with `*` as wildcard; at most
 * 1000 samples are read.
 */
export const parsePrometheus = (text: string, metrics: readonly string[] = ['*']): PayloadTree => {
  const wanted = matcher(metrics)
  const found: PayloadTree = {}
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
      const group = typeof found[name] === 'object' ? found[name] as PayloadTree : {}
      group[seriesName(labels.join(' '))] = value
      found[name] = group
    }
  }
  if (samples === 0) throw new Error('No metrics found')
  return found
}
