/** A metric as a service exports it: its labels, each with the values that occurred. */
export interface Exported { type: string, labels: Map<string, Set<string>> }

const seriesOf = (name: string, type: string): string[] =>
  type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name]

/** Reads the text format of Prometheus into its series by name; those without a sample have no labels. */
export const readExposition = (text: string): Map<string, Exported> => {
  const series = new Map<string, Exported>()
  for (const line of text.split('\n')) {
    const [, declared, type] = /^# TYPE (\S+) (\S+)$/.exec(line) ?? []
    if (declared !== undefined && type !== undefined) {
      for (const name of seriesOf(declared, type)) series.set(name, { type, labels: new Map() })
    }
    const [, name, labels = ''] = /^(\w+)(?:\{(.*)\})? \S+$/.exec(line) ?? []
    if (name === undefined) continue
    const { labels: known } = series.get(name)!
    for (const [, label, value] of labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)) {
      known.set(label!, (known.get(label!) ?? new Set()).add(JSON.parse(`"${value}"`) as string))
    }
  }
  return series
}
