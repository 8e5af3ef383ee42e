import { ProblemError, type Identity } from '@motience/kit'
import { MAX_DOOR_POINTS } from '@motience/schemas'
import type { Reading } from '../accept-readings.js'
import { deviceOf, type DeviceTags } from '../device-name.js'
import { instantText } from '../instant-text.js'
import { NumberText } from '../number-text.js'
import { readAttributes, type Attributes } from './attributes.js'
import { asFields, fieldsOf, listOf, nanosecondsOf, stringOf } from './fields.js'
import type { Fields } from './messages.js'
import { hasNoValue, metricKinds } from './values.js'

/** How a request is read. */
export interface ReadOptions {
  deviceTags: DeviceTags
  identity: Pick<Identity, 'deviceOnly' | 'deviceId'>
}

/** Where data points come from: a resource and an instrumentation scope, as text of the payload. */
interface Source { resource: Attributes, text: string }

const temporalities: Record<string, string> = {
  1: 'delta',
  2: 'cumulative',
  AGGREGATION_TEMPORALITY_DELTA: 'delta',
  AGGREGATION_TEMPORALITY_CUMULATIVE: 'cumulative'
}

const timeText = (point: Fields, name: string): string | null => {
  const nanoseconds = nanosecondsOf(point, name)
  return nanoseconds === null ? null : instantText(nanoseconds, 9)
}

/** Text of the payload's members that all data points of a metric share. */
const metricText = (metric: Fields, data: Fields, kind: string): string => {
  const unit = stringOf(metric, 'unit')
  const { aggregationTemporality: code, isMonotonic } = data
  const temporality = temporalities[code instanceof NumberText ? code.text : String(code)]
  return `"metric":${JSON.stringify(stringOf(metric, 'name'))},"kind":"${kind}"` +
    `${unit === '' ? '' : `,"unit":${JSON.stringify(unit)}`}` +
    `${temporality === undefined ? '' : `,"temporality":"${temporality}"`}` +
    `${kind === 'sum' ? `,"monotonic":${isMonotonic === true}` : ''}`
}

const sourceText = (resource: Attributes, scope: Fields | undefined): string => {
  const name = scope === undefined ? '' : stringOf(scope, 'name')
  const version = scope === undefined ? '' : stringOf(scope, 'version')
  return `"resource":${resource.text}${name === ''
    ? ''
    : `,"scope":{"name":${JSON.stringify(name)},"version":${JSON.stringify(version)}}`}`
}

const readPoint = (
  point: Fields,
  name: string,
  shared: string,
  valueText: (point: Fields) => string,
  { resource, text }: Source,
  { deviceTags, identity }: ReadOptions
): Reading => {
  const attributes = readAttributes(point)
  const timestamp = timeText(point, 'timeUnixNano')
  const start = timeText(point, 'startTimeUnixNano')
  const value = hasNoValue(point) ? 'null' : valueText(point)
  return {
    device: deviceOf(identity, deviceTags, tag => attributes.string(tag) ?? resource.string(tag)),
    timestamp,
    isRepeatable: timestamp !== null,
    payload: `{${shared}${start === null ? '' : `,"start_time":"${start}"`},"attributes":${attributes.text},${text},` +
      `"fields":{${JSON.stringify(name)}:${value}}}`
  }
}

/** Reads the data points of one metric. */
const readMetric = (metric: Fields, source: Source, options: ReadOptions): (Reading | ProblemError)[] => {
  for (const { field, kind, valueText } of metricKinds) {
    const data = fieldsOf(metric, field)
    if (data === undefined) continue
    const name = stringOf(metric, 'name')
    const shared = metricText(metric, data, kind)
    return listOf(data, 'dataPoints').map(point => {
      try {
        return readPoint(point, name, shared, valueText, source, options)
      } catch (error) {
        if (error instanceof ProblemError) return error
        throw error
      }
    })
  }
  return []
}

/**
 * Reads the data points of an `ExportMetricsServiceRequest`, in order. One that is invalid is refused by itself; throws
 * MOT_BAD_INPUT if the request is not built of resources, scopes, metrics and data points, and MOT_BODY_TOO_LARGE if
 * there are more than `MAX_DOOR_POINTS`.
 */
export const readRequest = (request: unknown, options: ReadOptions): (Reading | ProblemError)[] => {
  const readings: (Reading | ProblemError)[] = []
  for (const resourceMetrics of listOf(asFields(request, 'The body'), 'resourceMetrics')) {
    const resource = readAttributes(fieldsOf(resourceMetrics, 'resource') ?? {})
    for (const scopeMetrics of listOf(resourceMetrics, 'scopeMetrics')) {
      const source = { resource, text: sourceText(resource, fieldsOf(scopeMetrics, 'scope')) }
      for (const metric of listOf(scopeMetrics, 'metrics')) {
        for (const reading of readMetric(metric, source, options)) readings.push(reading)
        if (readings.length > MAX_DOOR_POINTS) {
          throw new ProblemError('MOT_BODY_TOO_LARGE', `A request may have at most ${MAX_DOOR_POINTS} data points`)
        }
      }
    }
  }
  return readings
}
