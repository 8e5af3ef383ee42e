const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s"{}[\],:]+/g

/** Removes white space between the tokens of well-formed JSON; the tokens are unchanged, so no digit is lost. */
export const compactJson = (text: string): string => text.match(TOKEN)?.join('') ?? ''

/** Indents well-formed JSON by two spaces, like `JSON.stringify`; the tokens are unchanged. */
export const indentJson = (text: string): string => {
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
