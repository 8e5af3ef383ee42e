const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s"{}[\],:]+/g

/** Well-formed JSON without white space between its tokens, each of which stays as it is: no digit is lost. */
export const compactJson = (text: string): string => text.match(TOKEN)?.join('') ?? ''

/** Well-formed JSON as `JSON.stringify` lays it out with two spaces, each token as it is. */
export const layOutJson = (text: string): string => {
  let out = ''
  let depth = 0
  let last = ''
  const newLine = (): string => `\n${'  '.repeat(depth)}`
  for (const token of text.match(TOKEN) ?? []) {
    const opened = last === '{' || last === '['
    if (token === '}' || token === ']') {
      depth--
      out += opened ? token : newLine() + token
    } else {
      if (opened || last === ',') out += newLine()
      out += token === ':' ? ': ' : token
      if (token === '{' || token === '[') depth++
    }
    last = token
  }
  return out
}
