import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import type { ServiceId } from '../service/service-app.js'

/** A metric's name without the prefix, with its unit last; its help text; its labels. */
export interface MetricOptions<Label extends string> { name: string, help: string, labels?: readonly Label[] }

/**
 * Known values of a metric's only label. Their series exist from the first scrape on: `rate` and `increase` miss the
 * first event of a series that appears with it.
 */
export interface KnownValues { values?: readonly string[] }

/** Creates the metrics of one service, all named `motience_<service>_<what>_<unit>`. */
export interface Metrics {
  /** `collect`, if given, returns the count at each scrape; cheaper than an increment for what is counted anyway. */
  counter<Label extends string = never> (
    options: MetricOptions<Label> & KnownValues & { collect?: () => number }
  ): Counter<Label>
  /** `collect`, if given, returns the value at each scrape; `measure` sets the values itself. */
  gauge<Label extends string = never> (
    options: MetricOptions<Label> & { collect?: () => number, measure?: () => Promise<void> }
  ): Gauge<Label>
  histogram<Label extends string = never> (
    options: MetricOptions<Label> & KnownValues & { buckets: number[] }
  ): Histogram<Label>
}

/** Buckets in seconds, for durations from half a millisecond to ten seconds. */
export const secondsBuckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/** Labels of the series that exist from the start. */
const knownSeries = <Label extends string>({ labels = [], values = [] }: MetricOptions<Label> & KnownValues) =>
  values.map(value => ({ [labels[0]!]: value }) as Record<Label, string>)

/** A metric's full name. */
export const metricName = (service: ServiceId, name: string): string => `motience_${service}_${name}`

/** Creates a service's metrics. */
export const createMetrics = (service: ServiceId, registry: Registry): Metrics => {
  const common = <Label extends string>({ name, help, labels = [] }: MetricOptions<Label>) =>
    ({ name: metricName(service, name), help, labelNames: labels, registers: [registry] })
  return {
    counter: options => {
      const { collect } = options
      const counter = new Counter({
        ...common(options),
        ...(collect === undefined
          ? {}
          : {
              collect () {
                this.reset()
                this.inc(collect())
              }
            })
      })
      for (const labels of knownSeries(options)) counter.inc(labels, 0)
      return counter
    },
    gauge: options => {
      const { collect, measure } = options
      if (measure !== undefined) return new Gauge({ ...common(options), collect: measure })
      return new Gauge({ ...common(options), ...(collect === undefined ? {} : { collect () { this.set(collect()) } }) })
    },
    histogram: options => {
      const histogram = new Histogram({ ...common(options), buckets: options.buckets })
      for (const labels of knownSeries(options)) histogram.zero(labels)
      return histogram
    }
  }
}
