import type { Static, TSchema } from '@sinclair/typebox'
import { TypeCompiler, type TypeCheck } from '@sinclair/typebox/compiler'
import { AuthFrameSchema, type AuthFrame, type ErrorFrame, type ProblemCode } from '@motience/schemas'
import { faultMessage } from '../service/fault-message.js'

/** The frames that clients of a server may send, by `type`; `auth` is always accepted. */
export type FrameSchemas = Record<string, TSchema>

/** A frame of any of the schemas. */
export type FrameOf<S extends FrameSchemas> = { [K in keyof S]: Static<S[K]> }[keyof S]

/** The result of reading a text: a frame, an `auth` frame, or an error. */
export type ReadFrame<F> =
  | { kind: 'frame', frame: F }
  | { kind: 'auth', frame: AuthFrame }
  | { kind: 'fault', notJson: boolean, error: ErrorFrame }

/** Parses the text of a frame. */
export type FrameReader<F> = (text: string) => ReadFrame<F>

/** The `id` and `seq` of an invalid frame or message, if they are valid themselves. */
export const identifiersOf = (value: unknown): Pick<ErrorFrame, 'id' | 'seq'> => {
  const { id, seq } = (value ?? {}) as { id?: unknown, seq?: unknown }
  return {
    ...(typeof id === 'string' && id.length <= 64 ? { id } : {}),
    ...(Number.isSafeInteger(seq) ? { seq: seq as number } : {})
  }
}

/**
 * Creates a reader that parses JSON and checks it against the schema of its `type`, compiled once. Errors are only
 * collected for an invalid frame, and the first one is reported with its path.
 */
export const createFrameReader = <S extends FrameSchemas>(
  schemas: S,
  badFrame: ProblemCode
): FrameReader<FrameOf<S>> => {
  const checks = new Map<string, TypeCheck<TSchema>>()
  for (const [type, schema] of Object.entries({ ...schemas, auth: AuthFrameSchema })) {
    checks.set(type, TypeCompiler.Compile<TSchema>(schema))
  }
  const types = [...checks.keys()].join(', ')
  const fault = (message: string, rest: Partial<ErrorFrame> = {}, notJson = false): ReadFrame<FrameOf<S>> =>
    ({ kind: 'fault', notJson, error: { type: 'error', code: notJson ? 'MOT_BAD_JSON' : badFrame, message, ...rest } })

  return text => {
    let value: unknown
    try {
      value = JSON.parse(text)
    } catch {
      return fault('The frame is not JSON', {}, true)
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return fault('The frame is not a JSON object', { path: '' })
    }
    const type = 'type' in value ? value.type : undefined
    const check = typeof type === 'string' ? checks.get(type) : undefined
    if (check === undefined) {
      return fault(`\`type\` must be one of ${types}`, { path: '/type', ...identifiersOf(value) })
    }
    if (check.Check(value)) {
      return type === 'auth'
        ? { kind: 'auth', frame: value as AuthFrame }
        : { kind: 'frame', frame: value as FrameOf<S> }
    }
    const first = check.Errors(value).First()
    return fault(first === undefined ? 'The frame does not match its schema' : faultMessage(first), {
      path: first?.path ?? '',
      ...identifiersOf(value)
    })
  }
}
