import { problemKinds } from '@motience/schemas'
import { readExposition, type Exported } from './exposition.js'
import type { Job, MonitoredPlatform } from './monitored-platform.js'
import type { Rule } from './monitoring-files.js'
import { matches, parseQuery, withoutVariables, type Selector } from './promql.js'

/** The services, by their jobs. */
export const services = ['ap', 'sm', 'dsm', 'wss1', 'wss2', 'mqtt'] as const
const jobs: readonly Job[] = [...services, 'agent']

/** The series of each job by name: what the services and an agent export, and what Prometheus makes itself. */
export type KnownSeries = Map<string, Map<string, Exported>>

/** Labels that Prometheus adds to each series, with their values; `producer` is set in the files that list agents. */
const added = (job: Job): [string, Set<string>][] => [
  ['job', new Set([job])],
  ['instance', new Set(['127.0.0.1:1'])],
  ...(job === 'agent' ? [['producer', new Set(['1'])] as [string, Set<string>]] : [])
]

/** Values of labels that need not have occurred to be asked for. */
const possible: Record<string, string[]> = {
  status: ['200', '400', '404', '429', '500', '503'],
  code: Object.keys(problemKinds),
  alertname: ['MotienceServiceDown'],
  alertstate: ['firing', 'pending']
}

/** The jobs and metrics that a selector names. */
export const selected = ({ name, matchers }: Selector, known: KnownSeries): [string, Exported][] => {
  const named = matchers.filter(({ label }) => label === '__name__')
  const wanted = (metric: string): boolean =>
    name === null ? named.length > 0 && named.every(matcher => matches(matcher, metric)) : name === metric
  return [...known].flatMap(([job, series]) =>
    [...series].filter(([metric]) => wanted(metric)).map(([, exported]) => [job, exported] as [string, Exported]))
}

/** Series of a recording rule, or of Prometheus itself, with those labels and the values that `sources` have. */
const derived = (labels: readonly string[], sources: readonly Exported[]): Exported => ({
  type: 'gauge',
  labels: new Map(labels.map(label =>
    [label, new Set(sources.flatMap(source => [...source.labels.get(label) ?? []]))] as const))
})

/** Scrapes the platform after it was used, and adds the series that Prometheus and the recording rules make. */
export const collectSeries = async (platform: MonitoredPlatform, rules: readonly Rule[]): Promise<KnownSeries> => {
  await platform.use()
  const known: KnownSeries = new Map()
  for (const job of jobs) {
    const series = readExposition(await platform.scrape(job))
    series.set('up', { type: 'gauge', labels: new Map() })
    for (const { labels } of series.values()) for (const [label, values] of added(job)) labels.set(label, values)
    known.set(job, series)
  }
  const made = new Map([['ALERTS', derived(['alertname', 'alertstate', 'job', 'instance'], [])]])
  known.set('prometheus', made)
  for (const { record, expr } of rules) {
    if (record === undefined) continue
    const { selectors, grouping } = parseQuery(expr)
    const sources = selectors.flatMap(selector => selected(selector, known)).map(([, exported]) => exported)
    made.set(record, derived([...grouping].filter(label => label !== 'le'), sources))
  }
  return known
}

/** What is wrong with an expression; nothing if every metric, label and value that it names exists. */
export const faultsOf = (expr: string, known: KnownSeries): string[] => {
  const { selectors, grouping } = parseQuery(withoutVariables(expr))
  const faults: string[] = []
  const labels = new Set<string>()
  for (const selector of selectors) {
    const found = selected(selector, known)
    const text = selector.name ?? JSON.stringify(selector.matchers)
    if (found.length === 0) faults.push(`no metric ${text}`)
    const of = new Set(found.map(([job]) => job))
    if (selector.name === null && !services.every(job => of.has(job))) faults.push(`not of each service: ${text}`)
    for (const [, exported] of found) for (const label of exported.labels.keys()) labels.add(label)
    for (const matcher of selector.matchers) {
      const { label } = matcher
      if (label === '__name__') continue
      const values = found.flatMap(([, exported]) => [...exported.labels.get(label) ?? [], ...possible[label] ?? []])
      if (!found.some(([, exported]) => exported.labels.has(label))) faults.push(`no label ${label} of ${text}`)
      else if (values.length > 0 && !values.some(value => matches(matcher, value))) {
        faults.push(`no ${label} ${matcher.value} of ${text}`)
      }
    }
  }
  for (const label of grouping) if (!labels.has(label)) faults.push(`no label ${label} to group by`)
  return faults
}
