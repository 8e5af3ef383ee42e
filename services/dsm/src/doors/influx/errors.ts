import { ProblemError, type WriteProblem } from '@motience/kit'
import { MAX_LISTED_FAULTS, type InfluxError } from '@motience/schemas'
import type { Outcome } from '../../accept/outcome.js'
import { faultText } from '../fault-text.js'
import type { LineReading } from './readings.js'

const JSON_TYPE = 'application/json; charset=utf-8'

/** Codes of InfluxDB by status. */
const codes: Record<number, string> = {
  400: 'invalid',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not found',
  405: 'method not allowed',
  413: 'request too large',
  415: 'invalid',
  429: 'too many requests',
  503: 'unavailable'
}

/** A request some of whose lines are refused; clients drop all of it, for the same lines would be refused again. */
export class PartialWrite extends ProblemError {
  /** The message of the problem is logged, so it quotes nothing that was sent. */
  constructor (readonly document: InfluxError) { super('MOT_BAD_INPUT', 'Some lines are refused') }
}

/** The error for the lines that were refused; null if none was. */
export const partialWrite = (lines: readonly LineReading[], outcomes: readonly Outcome[]): PartialWrite | null => {
  const errors = lines.flatMap(({ line }, n) => {
    const outcome = outcomes[n]
    return outcome instanceof ProblemError ? [{ line, message: faultText(outcome) }] : []
  })
  const [first] = errors
  if (first === undefined) return null
  const count = `${errors.length} of ${lines.length} lines refused`
  return new PartialWrite({
    code: 'invalid',
    message: `partial write: ${count}: line ${first.line}: ${first.message} dropped=${errors.length}`,
    line: first.line,
    accepted: lines.length - errors.length,
    refused: errors.length,
    errors: errors.slice(0, MAX_LISTED_FAULTS)
  })
}

/** Writes a problem as InfluxDB 2 does: `{code, message}`, with the refused lines if there are any. */
export const writeError: WriteProblem = problem => {
  const document: InfluxError = problem instanceof PartialWrite
    ? problem.document
    : { code: codes[problem.statusCode] ?? 'internal error', message: problem.message }
  return { type: JSON_TYPE, body: JSON.stringify(document) }
}

/** Writes a problem as InfluxDB 1 does: `{error}`. */
export const writeV1Error: WriteProblem = problem =>
  ({
    type: JSON_TYPE,
    body: JSON.stringify({ error: problem instanceof PartialWrite ? problem.document.message : problem.message })
  })
