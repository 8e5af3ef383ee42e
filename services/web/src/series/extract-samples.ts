import { fieldSegment, MAX_FIELD_LENGTH } from '@motience/schemas'
import { labelOf, unitOf } from './units.js'

/** A numeric field of a payload. */
export interface Sample {
  /** Its path as in `GET /series`, without `payload.`: `cpu.usage`, `cores.0`, `"a.b"`. */
  path: string
  /** Its display name: without the unit suffix; a `value` in an object is named after the object. */
  label: string
  value: number
  /** `°C`, `V`, …; empty if neither the payload nor the field name contains it. */
  unit: string
}

/** Maximum number of samples per payload; further ones are ignored. */
export const MAX_SAMPLES = 64
const MAX_DEPTH = 6

/** Maximum length of a path in `GET /series`. */
const MAX_PATH = MAX_FIELD_LENGTH - 'payload.'.length

const textOf = (value: unknown): string => typeof value === 'string' && value.length <= 12 ? value : ''

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

/** `path` identifies the node, `name` is its display name. */
const walk = (node: Record<string, unknown>, path: string, name: string, depth: number, samples: Sample[]): void => {
  const units = isObject(node['units']) ? node['units'] : {}
  const ownUnit = textOf(node['unit'])
  for (const [key, value] of Object.entries(node)) {
    if (samples.length >= MAX_SAMPLES) return
    if (key === 'units' && isObject(value)) continue
    const here = path === '' ? fieldSegment(key) : `${path}.${fieldSegment(key)}`
    const hereName = name === '' ? key : `${name}.${key}`
    if (here.length > MAX_PATH) continue
    if (typeof value === 'number' && Number.isFinite(value)) {
      const measured = key === 'value' && path !== ''
      samples.push({
        path: here,
        label: labelOf(measured ? name : hereName),
        value,
        unit: textOf(units[key]) || (key === 'value' ? ownUnit : '') || unitOf(measured ? name : key)
      })
    } else if (isObject(value) && depth < MAX_DEPTH) walk(value, here, hereName, depth + 1, samples)
  }
}

/**
 * The finite numbers of a payload in order, at most `MAX_SAMPLES`. Ignores fields nested too deeply or named too long.
 */
export const extractSamples = (payload: Record<string, unknown>): Sample[] => {
  const samples: Sample[] = []
  walk(payload, '', '', 1, samples)
  return samples
}
