/** A JSON syntax error (RFC 8259) and its position, which JavaScript engines report differently or not at all. */
export interface SyntaxFault { position: number, message: string }

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const WORD = /true|false|null/y
const SPACE = /[ \t\n\r]*/y
const STRING = /"(?:[^"\\]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*/y

/** Maximum nesting; the platform accepts less. */
const MAX_DEPTH = 100

class Scanner {
  position = 0
  #depth = 0

  constructor (private readonly text: string) {}

  fail (message: string, position = this.position): never {
    throw Object.assign(new SyntaxError(message), { position })
  }

  take (pattern: RegExp): string {
    pattern.lastIndex = this.position
    const found = pattern.exec(this.text)?.[0] ?? ''
    this.position += found.length
    return found
  }

  next (): string | undefined {
    this.take(SPACE)
    return this.text[this.position]
  }

  value (): void {
    switch (this.next()) {
      case undefined: return this.fail('Unexpected end of input, expected a value')
      case '{': return this.list('}', 'property')
      case '[': return this.list(']', 'value')
      case '"': return this.string()
      default:
        if (this.take(WORD) === '' && this.take(NUMBER) === '') this.fail('Expected a value')
    }
  }

  string (): void {
    const found = this.take(STRING)
    const invalid = [...found].findIndex(character => character < ' ')
    if (invalid >= 0) {
      this.fail('Line breaks and control characters must be escaped', this.position - found.length + invalid)
    }
    const end = this.text[this.position]
    if (end === '\\') this.fail('Invalid escape sequence')
    if (end !== '"') this.fail('Unterminated string')
    this.position++
  }

  list (end: '}' | ']', what: 'property' | 'value'): void {
    if (++this.#depth > MAX_DEPTH) this.fail('Nested too deeply')
    this.position++
    if (this.next() === end) {
      this.position++
      this.#depth--
      return
    }
    for (;;) {
      if (what === 'property') {
        if (this.next() !== '"') {
          this.fail(this.next() === end ? 'Trailing comma' : 'Expected a property name in double quotes')
        }
        this.string()
        if (this.next() !== ':') this.fail('Expected a colon')
        this.position++
      } else if (this.next() === end) this.fail('Trailing comma')
      this.value()
      const after = this.next()
      this.position++
      if (after === end) {
        this.#depth--
        return
      }
      if (after !== ',') {
        this.fail(
          after === undefined ? `Unexpected end of input, expected ${end}` : `Expected a comma or ${end}`,
          this.position - 1
        )
      }
    }
  }
}

/** Finds the first syntax error; null if the text is valid JSON. */
export const scanJson = (text: string): SyntaxFault | null => {
  const scanner = new Scanner(text)
  try {
    scanner.value()
    if (scanner.next() !== undefined) scanner.fail('Unexpected text after the value')
    return null
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    const { message, position } = error as SyntaxError & { position: number }
    return { position, message }
  }
}
