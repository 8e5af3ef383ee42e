import { readFileSync } from 'node:fs'
import protobuf from 'protobufjs'

const METRICS_SERVICE = 'opentelemetry.proto.collector.metrics.v1'

/** Files of `proto/`, each after those that it imports. */
const files = [
  'opentelemetry/proto/common/v1/common.proto',
  'opentelemetry/proto/resource/v1/resource.proto',
  'opentelemetry/proto/metrics/v1/metrics.proto',
  'opentelemetry/proto/collector/metrics/v1/metrics_service.proto',
  'google/rpc/status.proto'
]

const root = new protobuf.Root()
root.addJSON(protobuf.common.get('google/protobuf/any.proto')!.nested!)
for (const file of files) {
  protobuf.parse(readFileSync(new URL(`../../../proto/${file}`, import.meta.url), 'utf8'), root)
}
root.resolveAll()

const requestType = root.lookupType(`${METRICS_SERVICE}.ExportMetricsServiceRequest`)
const responseType = root.lookupType(`${METRICS_SERVICE}.ExportMetricsServiceResponse`)
const statusType = root.lookupType('google.rpc.Status')

/** An object of protobuf or JSON whose fields are not checked yet. */
export type Fields = Readonly<Record<string, unknown>>

/**
 * Decodes an `ExportMetricsServiceRequest` into the form that it has as JSON: names in camel case, 64-bit integers as
 * strings. Throws an Error for bytes that are no such message, or nested more than 100 levels deep.
 */
export const decodeRequest = (bytes: Uint8Array): Fields =>
  requestType.toObject(requestType.decode(bytes), { longs: String, bytes: String })

/** Encodes an `ExportMetricsServiceResponse`. */
export const encodeResponse = (response: Fields): Uint8Array =>
  responseType.encode(responseType.fromObject(response)).finish()

/** Encodes a `google.rpc.Status`. */
export const encodeStatus = (status: Fields): Uint8Array => statusType.encode(statusType.fromObject(status)).finish()
