import { ProblemError } from '@motience/kit'
import { decode } from 'cborg'
import { bigIntDecoder, bigNegIntDecoder } from 'cborg/taglib'
import { parseExactJson } from '../exact-json.js'
import { doubleText, NumberText } from '../number-text.js'
import { cborLabels } from './labels.js'

/** A record whose members are not checked yet; numbers are `NumberText`. */
export type SenmlFields = Readonly<Record<string, unknown>>

/** Content types of SenML packs (RFC 8428, section 12.3). */
export const SENML_JSON = 'application/senml+json'
export const SENML_CBOR = 'application/senml+cbor'

const badCbor = (cause?: unknown): ProblemError =>
  new ProblemError('MOT_BAD_INPUT', 'The body is no SenML pack in CBOR', { cause })

/** A decimal fraction (RFC 8949, section 3.4.4): [exponent, mantissa], both integers. */
const decimalFraction = (decodeContent: () => unknown): NumberText => {
  const [exponent, mantissa] = [decodeContent()].flat()
  if (![exponent, mantissa].every(part => Number.isInteger(part) || typeof part === 'bigint')) throw badCbor()
  return new NumberText(`${String(mantissa)}e${String(exponent)}`)
}

const tags = { 2: bigIntDecoder, 3: bigNegIntDecoder, 4: decimalFraction }

/** A member of a CBOR record as it would be in JSON; byte strings become base64url text (RFC 8428, section 6). */
const jsonMember = (value: unknown): unknown => {
  switch (typeof value) {
    case 'bigint': return new NumberText(value.toString())
    case 'number': return new NumberText(doubleText(value) ?? 'NaN')
    default: return value instanceof Uint8Array ? Buffer.from(value).toString('base64url') : value
  }
}

const readCbor = (bytes: Buffer): unknown => {
  let pack: unknown
  try {
    pack = decode(bytes, { useMaps: true, tags })
  } catch (cause) {
    throw badCbor(cause)
  }
  if (!Array.isArray(pack)) return pack
  return pack.map(record => {
    if (!(record instanceof Map)) return record as unknown
    const fields = Object.create(null) as Record<string, unknown>
    for (const [label, value] of record as Map<unknown, unknown>) {
      fields[cborLabels.get(label as number) ?? String(label)] = jsonMember(value)
    }
    return fields
  })
}

/**
 * Decodes a pack by its content type; JSON is also taken as `application/json`. Throws MOT_UNSUPPORTED_MEDIA_TYPE,
 * MOT_BAD_JSON or MOT_BAD_INPUT.
 */
export const decodePack = (contentType: string, body: Buffer): SenmlFields[] => {
  const mediaType = contentType.split(';', 1)[0]!.trim().toLowerCase()
  if (![SENML_JSON, SENML_CBOR, 'application/json'].includes(mediaType)) {
    throw new ProblemError('MOT_UNSUPPORTED_MEDIA_TYPE', `The content type may be ${SENML_JSON} or ${SENML_CBOR}`)
  }
  const pack = mediaType === SENML_CBOR ? readCbor(body) : parseExactJson(body)
  const isPack = Array.isArray(pack) && pack.length > 0 && pack.every(record =>
    typeof record === 'object' && record !== null && !Array.isArray(record) && !(record instanceof NumberText))
  if (!isPack) throw new ProblemError('MOT_BAD_INPUT', 'A SenML pack is an array of at least one record')
  return pack as SenmlFields[]
}
