/**
 * Where a text stops being JSON (RFC 8259), and what was expected there. Engines tell it in too many ways, or not at
 * all.
 */
export interface ScanFault { position: number, message: string }

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const WORD = /true|false|null/y
const SPACE = /[ \t\n\r]*/y
const STRING = /"(?:[^"\\]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*/y

/** Levels that are followed; the platform takes fewer. */
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
      case undefined: return this.fail('The text ends where a value is expected')
      case '{': return this.list('}', 'property')
      case '[': return this.list(']', 'value')
      case '"': return this.string()
      default:
        if (this.take(WORD) === '' && this.take(NUMBER) === '') this.fail('A value is expected here')
    }
  }

  string (): void {
    const found = this.take(STRING)
    const wrong = [...found].findIndex(character => character < ' ')
    if (wrong >= 0) { this.fail('A line break or control character has to be escaped in a string', this.position - found.length + wrong) }
    const end = this.text[this.position]
    if (end === '\\') this.fail('Unknown escape in a string')
    if (end !== '"') this.fail('A string is not closed')
    this.position++
  }

  list (end: '}' | ']', what: 'property' | 'value'): void {
    if (++this.#depth > MAX_DEPTH) this.fail('Nested too deep')
    this.position++
    if (this.next() === end) {
      this.position++
      this.#depth--
      return
    }
    for (;;) {
      if (what === 'property') {
        if (this.next() !== '"') { this.fail(this.next() === end ? 'A comma too many' : 'A name in double quotes is expected here') }
        this.string()
        if (this.next() !== ':') this.fail('A colon is expected here')
        this.position++
      } else if (this.next() === end) this.fail('A comma too many')
      this.value()
      const after = this.next()
      this.position++
      if (after === end) {
        this.#depth--
        return
      }
      if (after !== ',') {
        this.fail(
          after === undefined ? `The text ends before ${end}` : `A comma or ${end} is expected here`,
          this.position - 1
        )
      }
    }
  }
}

/** Finds the first fault, or null in good JSON. */
export const scanJson = (text: string): ScanFault | null => {
  const scanner = new Scanner(text)
  try {
    scanner.value()
    if (scanner.next() !== undefined) scanner.fail('Nothing is expected behind the value')
    return null
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    const { message, position } = error as SyntaxError & { position: number }
    return { position, message }
  }
}
