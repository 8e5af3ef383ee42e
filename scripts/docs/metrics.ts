import { Counter, Gauge, Registry, type Metric } from 'prom-client'
import { formatMetrics } from '../../agent/src/status/metrics.js'
import { createApMetrics } from '../../services/ap/src/metrics.js'
import { createDsmMetrics } from '../../services/dsm/src/metrics.js'
import { measureDependencies } from '../../services/kit/src/metrics/dependencies.js'
import { measureRequests } from '../../services/kit/src/metrics/http.js'
import { createSocketMetrics } from '../../services/kit/src/ws/metrics.js'
import { createMqttMetrics } from '../../services/mqtt/src/metrics.js'
import { createSmMetrics } from '../../services/sm/src/metrics.js'
import { createProducerMetrics } from '../../services/wss1/src/metrics.js'
import { createConsumerMetrics } from '../../services/wss2/src/metrics.js'
import { table } from './table.js'

const none = (): number => 0

/** Which service has which metrics: the services' own functions, each on a registry of its own. */
const makers: readonly (readonly [service: string, make: (registry: Registry) => unknown])[] = [
  [
    'each service',
    registry => {
      measureDependencies('ap', registry, [], async () => new Set())
      measureRequests(
        { metrics: registry, addHook: () => {} } as unknown as Parameters<typeof measureRequests>[0],
        'ap'
      )
    }
  ],
  [
    'AP',
    registry =>
      createApMetrics(registry, { queue: { running: 0, waiting: 0 } } as Parameters<typeof createApMetrics>[1])
  ],
  ['SM', registry => createSmMetrics(registry)],
  ['DSM', registry => createDsmMetrics(registry, none, none)],
  ['WSS1 and WSS2', registry => createSocketMetrics(registry)],
  ['WSS1', registry => createProducerMetrics(registry, { inFlight: none, inFlightBytes: none })],
  ['WSS2', registry => createConsumerMetrics(registry)],
  [
    'MQTT',
    registry => createMqttMetrics(registry, { connections: none, sessions: none, inFlight: none, inFlightBytes: none })
  ]
]

const typeOf = (metric: Metric): string =>
  metric instanceof Counter ? 'counter' : metric instanceof Gauge ? 'gauge' : 'histogram'

/** What prom-client has of a metric beyond its types. */
type Described = Metric & { name: string, help: string, labelNames: readonly string[] }

/** The metrics of an agent, as it exports them itself. */
const agentRows = (): string[][] => {
  const text = formatMetrics({
    state: 'online',
    readings: 0,
    counts: { sent: 0, acked: 0, repeats: 0, refused: 0 },
    buffer: { unacked: 0, bytes: 0, faulty: null, lost: null },
    clockOffsetMs: 0,
    sources: [],
    startedAt: 0
  } as unknown as Parameters<typeof formatMetrics>[0])
  return [...text.matchAll(/^# HELP (\S+) (.+)\.\n# TYPE \S+ (\w+)$/gm)]
    .map(([, name, help, type]) => [`\`${name}\``, 'agent', type!, '', help!])
}

/** Every metric of the services and of agents with its labels and meaning. */
export const metricTable = (): string =>
  table(
    ['metric', 'service', 'type', 'labels', 'meaning'],
    makers.flatMap(([service, make]) => {
      const registry = new Registry()
      make(registry)
      const metrics = registry.getMetricsAsArray() as unknown as Described[]
      return metrics.map(metric => [
        `\`${metric.name.replace(/^motience_ap_(http_|dependency_)/, 'motience_<service>_$1')}\``,
        service,
        typeOf(metric),
        metric.labelNames.map(label => `\`${label}\``).join(', '),
        metric.help
      ])
    }).concat(agentRows())
  )
