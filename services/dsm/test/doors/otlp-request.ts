import { fileURLToPath } from 'node:url'
import protobuf from 'protobufjs'

const root = new protobuf.Root()
root.resolvePath = (_origin, target) => fileURLToPath(new URL(`../../proto/${target}`, import.meta.url))
root.loadSync(['opentelemetry/proto/collector/metrics/v1/metrics_service.proto', 'google/rpc/status.proto'])

const typeOf = (name: string): protobuf.Type => root.lookupType(name)
const METRICS_SERVICE = 'opentelemetry.proto.collector.metrics.v1'

/** An `ExportMetricsServiceRequest` as protobuf. */
export const otlpBytes = (request: object): Buffer => {
  const type = typeOf(`${METRICS_SERVICE}.ExportMetricsServiceRequest`)
  return Buffer.from(type.encode(type.fromObject(request)).finish())
}

const decode = (name: string, bytes: Buffer): Record<string, unknown> => {
  const type = typeOf(name)
  return type.toObject(type.decode(bytes), { longs: String })
}

export const otlpResponse = (bytes: Buffer): Record<string, unknown> =>
  decode(`${METRICS_SERVICE}.ExportMetricsServiceResponse`, bytes)

export const otlpStatus = (bytes: Buffer): Record<string, unknown> => decode('google.rpc.Status', bytes)

/** A request with one metric per gauge point, from one resource. */
export const gauges = (points: readonly object[], attributes: readonly object[] = []): object => ({
  resourceMetrics: [{
    resource: { attributes },
    scopeMetrics: [{ metrics: [{ name: 'v', unit: 'Cel', gauge: { dataPoints: points } }] }]
  }]
})
