import { isArray, isObject, isString, readArray, readObject, skipSpace, valueEnd } from './read-text.js'

/**
 * The texts of the items of the array member `name` of a JSON object, in order; empty if there is no such member. The
 * text must be well-formed JSON. Of duplicate members the last one counts, as in `JSON.parse`.
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
