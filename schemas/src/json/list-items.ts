import { isArray, isObject, isString, readArray, readObject, skipSpace, valueEnd } from './read-text.js'

/**
 * The texts of the values in the array that the object of a text has as `name`, in order; none where it has none. The
 * text is known to be well-formed JSON. Of two such members the last counts, as for `JSON.parse`.
 */
export const listItems = (text: string, name: string): string[] => {
  let items: string[] = []
  const at = skipSpace(text, 0)
  if (!isObject(text, at)) return items
  readObject(text, at, (key, keyEnd, value) => {
    if (!isString(text, key, keyEnd, name) || !isArray(text, value)) return valueEnd(text, value)
    items = []
    return readArray(text, value, item => {
      const end = valueEnd(text, item)
      items.push(text.slice(item, end))
      return end
    })
  })
  return items
}
