import { fieldSegment, MAX_FIELD_LENGTH } from '@motience/schemas'
import { labelOf, unitOf } from './units.js'

/** One number of a payload. */
export interface Sample {
  /** Where it is, as `GET /series` takes it after `payload.`: `cpu.usage`, `cores.0`, `"a.b"`. */
  path: string
  /**
   * The same for a person: without the unit's ending, and a measured value in an object of its own by the object's
   * name.
   */
  label: string
  value: number
  /** `°C`, `V`, …; empty where neither the payload nor the name tells. */
  unit: string
}

/** Most numbers that are taken from one payload; what is behind them is not shown. */
export const MAX_SAMPLES = 64
const MAX_DEPTH = 6

/** Longest path; `GET /series` takes no longer one. */
const MAX_PATH = MAX_FIELD_LENGTH - 'payload.'.length

const textOf = (value: unknown): string => typeof value === 'string' && value.length <= 12 ? value : ''

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

/** `path` names the node, `name` is the same for a person. */
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
 * Every finite number of a payload, in its own order; at most `MAX_SAMPLES`. What is too deep or has too long a name is
 * left out.
 */
export const extractSamples = (payload: Record<string, unknown>): Sample[] => {
  const samples: Sample[] = []
  walk(payload, '', '', 1, samples)
  return samples
}
