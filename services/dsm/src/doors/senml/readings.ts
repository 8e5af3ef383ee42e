import { compileChecker, ProblemError, type Identity } from '@motience/kit'
import { DeviceIdSchema } from '@motience/schemas'
import type { Reading } from '../accept-readings.js'
import { shortestInstantText } from '../instant-text.js'
import type { Resolved } from './resolve.js'

/** Records of one device and time, by name. */
interface Group { first: Resolved, records: Map<string, Resolved> }

/** Messages of a pack, each with the indexes of its records; refused records are in `refused`. */
export interface PackReadings {
  readings: { reading: Reading, records: number[] }[]
  refused: { record: number, problem: ProblemError }[]
}

/** The name of a value whose record has no name of its own. */
const UNNAMED = 'value'

const nameChecker = compileChecker(DeviceIdSchema)

/** The device that a base name stands for: the name without the separator at its end. */
const deviceOfBase = (
  baseName: string,
  { deviceOnly, deviceId }: Pick<Identity, 'deviceOnly' | 'deviceId'>
): string | undefined => {
  if (deviceOnly) return deviceId ?? undefined
  const name = baseName.replace(/[-:./_]+$/, '')
  return nameChecker.check(name) ? name : undefined
}

const memberText = (records: Map<string, Resolved>, textOf: (record: Resolved) => string | null): string | null => {
  const members = Array.from(records).flatMap(([name, record]) => {
    const text = textOf(record)
    return text === null ? [] : [`${JSON.stringify(name)}:${text}`]
  })
  return members.length === 0 ? null : `{${members.join(',')}}`
}

const payloadOf = ({ first, records }: Group): string => {
  const members = Object.entries({
    base_name: first.baseName === '' ? null : JSON.stringify(first.baseName),
    values: memberText(records, ({ value }) => value),
    units: memberText(records, ({ unit }) => unit === null ? null : JSON.stringify(unit)),
    sums: memberText(records, ({ sum }) => sum),
    update_secs: memberText(records, ({ updateSecs }) => updateSecs)
  })
  return `{${members.flatMap(([name, text]) => text === null ? [] : [`"${name}":${text}`]).join(',')}}`
}

/** The time of a message as text. A time of arrival is the platform's to add. */
const timestampOf = ({ time }: Resolved): string | null => {
  const text = time === null ? null : shortestInstantText(time)
  if (time !== null && text === null) throw new ProblemError('MOT_BAD_INPUT', 'The time is not of the years 0 to 9999')
  return text
}

/**
 * Groups resolved records to messages: those of one base name and time, in the order of the first of each. A name that
 * comes twice in a group begins another message.
 */
export const groupRecords = (
  resolved: readonly (Resolved | ProblemError | null)[],
  identity: Pick<Identity, 'deviceOnly' | 'deviceId'>
): PackReadings => {
  const groups: (Group & { timestamp: string | null, indexes: number[] })[] = []
  const latest = new Map<string, typeof groups[number]>()
  const refused: PackReadings['refused'] = []
  for (const [index, record] of resolved.entries()) {
    if (record === null) continue
    try {
      if (record instanceof ProblemError) throw record
      const timestamp = timestampOf(record)
      const key = `${timestamp ?? ''} ${record.baseName}`
      const name = record.name === '' ? UNNAMED : record.name
      let group = latest.get(key)
      if (group === undefined || group.records.has(name)) {
        group = { first: record, records: new Map(), timestamp, indexes: [] }
        latest.set(key, group)
        groups.push(group)
      }
      group.records.set(name, record)
      group.indexes.push(index)
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error
      refused.push({ record: index, problem: error })
    }
  }
  return {
    readings: groups.map(group => ({
      reading: {
        device: deviceOfBase(group.first.baseName, identity),
        timestamp: group.timestamp,
        payload: payloadOf(group),
        isRepeatable: group.first.isAbsolute
      },
      records: group.indexes
    })),
    refused
  }
}
