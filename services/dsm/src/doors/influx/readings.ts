import { ProblemError, type Identity } from '@motience/kit'
import { MAX_DOOR_POINTS, type Precision } from '@motience/schemas'
import type { Reading } from '../accept-readings.js'
import { deviceOf, type DeviceTags } from '../device-name.js'
import { instantText } from '../instant-text.js'
import { fieldValue } from './field-value.js'
import { LineError, parseLine, type Point } from './line.js'
import { splitLines, type Line } from './split-lines.js'

/** A line's reading, or why it is refused. */
export interface LineReading { line: number, reading: Reading | ProblemError }

/** How a body is read. */
export interface ReadOptions {
  precision: Precision | undefined
  deviceTags: DeviceTags
  identity: Pick<Identity, 'deviceOnly' | 'deviceId'>
}

/** Nanoseconds and fractional digits of the units of timestamps. */
const units: Record<Precision, { nanoseconds: bigint, digits: 3 | 6 | 9 }> = {
  ns: { nanoseconds: 1n, digits: 9 },
  n: { nanoseconds: 1n, digits: 9 },
  us: { nanoseconds: 1_000n, digits: 6 },
  u: { nanoseconds: 1_000n, digits: 6 },
  µ: { nanoseconds: 1_000n, digits: 6 },
  ms: { nanoseconds: 1_000_000n, digits: 3 },
  s: { nanoseconds: 1_000_000_000n, digits: 3 },
  m: { nanoseconds: 60_000_000_000n, digits: 3 },
  h: { nanoseconds: 3_600_000_000_000n, digits: 3 }
}

const timestampOf = (time: string, precision: Precision): string => {
  const { nanoseconds, digits } = units[precision]
  const text = instantText(BigInt(time) * nanoseconds, digits)
  if (text === null) throw new LineError('the timestamp is outside of the years 0000 to 9999')
  return text
}

const objectText = (entries: Iterable<readonly [string, string]>): string =>
  `{${Array.from(entries, ([name, value]) => `${JSON.stringify(name)}:${value}`).join(',')}}`

const payloadOf = ({ measurement, tags, fields }: Point): string => {
  const texts = [...tags].map(([name, value]) => [name, JSON.stringify(value)] as const)
  return `{"measurement":${JSON.stringify(measurement)},"tags":${objectText(texts)},"fields":${objectText(fields)}}`
}

const readLine = ({ text, isUnclosed }: Line, options: ReadOptions): Reading | ProblemError => {
  try {
    if (isUnclosed) throw new LineError('unclosed string')
    const point = parseLine(text, fieldValue)
    return {
      device: deviceOf(options.identity, options.deviceTags, tag => point.tags.get(tag)),
      timestamp: point.time === null ? null : timestampOf(point.time, options.precision ?? 'ns'),
      isRepeatable: point.time !== null,
      payload: payloadOf(point)
    }
  } catch (error) {
    if (error instanceof ProblemError) return error
    if (error instanceof LineError) return new ProblemError('MOT_BAD_INPUT', error.message)
    throw error
  }
}

/** Reads the points of a body. Throws MOT_BODY_TOO_LARGE if there are more than `MAX_DOOR_POINTS`. */
export const readLines = (text: string, options: ReadOptions): LineReading[] => {
  const readings: LineReading[] = []
  for (const line of splitLines(text)) {
    if (readings.length === MAX_DOOR_POINTS) {
      throw new ProblemError('MOT_BODY_TOO_LARGE', `A request may have at most ${MAX_DOOR_POINTS} lines`)
    }
    readings.push({ line: line.number, reading: readLine(line, options) })
  }
  return readings
}
