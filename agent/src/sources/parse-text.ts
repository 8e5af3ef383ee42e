import type { PayloadTree } from '../pipeline/payload-tree.js'

/** Format of a source's text. `auto` detects it. */
export type TextFormat = 'auto' | 'json' | 'number' | 'pairs' | 'text'

/** What a source returns: a group of values, or a single one. */
export type SourceValue = PayloadTree | number | string | boolean

const MAX_TEXT = 1024
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/
const PAIR = /^\s*([A-Za-z_][\w ./-]{0,63}?)\s*[=:]\s*(.*)$/

const scalar = (text: string): number | string => NUMBER.test(text) ? Number(text) : text.slice(0, MAX_TEXT)

const asJson = (text: string): SourceValue => {
  const value: unknown = JSON.parse(text)
  if (Array.isArray(value)) return { values: value }
  if (value === null) throw new Error('null is not a value')
  return value as SourceValue
}

const asPairs = (lines: string[]): PayloadTree => {
  const pairs: PayloadTree = {}
  for (const line of lines) {
    const match = PAIR.exec(line)
    if (match === null) throw new Error('Line is not a name=value pair')
    pairs[match[1]!.trim().replaceAll(/[^\w-]+/g, '_')] = scalar(match[2]!.trim())
  }
  return pairs
}

/** Parses a source's text. Throws if it is not in the expected format. */
export const parseText = (text: string, format: TextFormat = 'auto'): SourceValue => {
  const trimmed = text.trim()
  if (trimmed === '') throw new Error('Empty output')
  const lines = trimmed.split(/\r?\n/).filter(line => line.trim() !== '')
  switch (format) {
    case 'json': return asJson(trimmed)
    case 'number': {
      if (!NUMBER.test(trimmed)) throw new Error('Expected a number')
      return Number(trimmed)
    }
    case 'pairs': return asPairs(lines)
    case 'text': return trimmed.slice(0, MAX_TEXT)
    case 'auto':
      if (NUMBER.test(trimmed)) return Number(trimmed)
      if (trimmed.startsWith('{') || trimmed.startsWith('[')) return asJson(trimmed)
      return lines.every(line => PAIR.test(line)) ? asPairs(lines) : trimmed.slice(0, MAX_TEXT)
  }
}
