import { stringEnd } from './read-text.js'

const escapePointer = (key: string): string => key.replaceAll('~', '~0').replaceAll('/', '~1')

/** An enclosing object or array: the last key read, or the index of the current value. */
interface Level { array: boolean, awaitsKey: boolean, key: string, index: number }

const tokenOf = ({ array, key, index }: Level): string =>
  array ? String(index) : escapePointer(JSON.parse(key) as string)

/**
 * The JSON Pointer (RFC 6901) from the value at `from` to the value or key at `target` within it. The text must be
 * well-formed, see `read-text.ts`; it is scanned once.
 */
export const pointerTo = (text: string, from: number, target: number): string => {
  const levels: Level[] = []
  for (let at = from; at < target || (at === target && text[at] === '"');) {
    const level = levels.at(-1)
    let end = at + 1
    switch (text[at]) {
      case '"':
        end = stringEnd(text, at)
        if (level?.awaitsKey === true) {
          level.key = text.slice(at, end)
          level.awaitsKey = false
        }
        break
      case '{':
        levels.push({ array: false, awaitsKey: true, key: '""', index: 0 })
        break
      case '[':
        levels.push({ array: true, awaitsKey: false, key: '', index: 0 })
        break
      case '}':
      case ']':
        levels.pop()
        break
      case ',':
        if (level?.array === true) level.index++
        else if (level !== undefined) level.awaitsKey = true
    }
    at = end
  }
  return levels.map(level => `/${tokenOf(level)}`).join('')
}
