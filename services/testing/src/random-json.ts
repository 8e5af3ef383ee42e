/** Random JSON texts for tests, using every form of RFC 8259. `random` returns numbers from 0 to 1. */
export const createRandomJson = (random: () => number) => {
  const one = <T>(choices: readonly T[]): T => choices[Math.floor(random() * choices.length)]!
  const many = (max: number, item: () => string): string[] =>
    Array.from({ length: Math.floor(random() * (max + 1)) }, item)

  const space = (): string => random() < 0.7 ? '' : many(3, () => one([' ', '\t', '\n', '\r'])).join('')
  const spaced = (text: string): string => `${space()}${text}${space()}`

  const character = (): string =>
    one([
      () => one([...'abc_:,{}[]0e-']),
      () => one(['é', '€', '😀', '\u2028', '\u007f', '\ufeff']),
      () => one(['\\"', '\\\\', '\\/', '\\b', '\\f', '\\n', '\\r', '\\t']),
      () => one(['\\u0000', '\\u005f', '\\uD83D\\uDE00', '\\ud800', '\\uFFFF'])
    ])()
  const string = (): string => `"${many(random() < 0.05 ? 200 : 8, character).join('')}"`
  const key = (): string =>
    random() < 0.3 ? one(['"payload"', '"messages"', '"pay\\u006coad"', '"type"', '"a"', '""']) : string()

  const digits = (): string =>
    one(['0', '7', '12', '867322048123456789', '9007199254740993', '123456789012345678901234567890'])
  const fraction = (): string => one(['', '.0', '.1000', '.710', `.${'3'.repeat(25)}`])
  const exponent = (): string => one(['', 'e5', 'E5', 'e+0', 'E-30', 'e-400'])
  const number = (): string => `${one(['', '-'])}${digits()}${fraction()}${exponent()}`

  const value = (levels: number): string =>
    one([
      string,
      number,
      () => one(['true', 'false', 'null']),
      ...(levels > 1 ? [() => object(levels - 1), () => array(levels - 1)] : [])
    ])()
  const object = (levels: number): string =>
    `{${many(4, () => `${spaced(key())}:${spaced(value(levels))}`).join(',') || space()}}`
  const array = (levels: number): string => `[${many(4, () => spaced(value(levels))).join(',') || space()}]`

  return { space, spaced, string, value, object, array }
}

/** A seeded pseudo-random number generator (mulberry32). */
export const seededRandom = (seed: number) => (): number => {
  seed = (seed + 0x6d2b79f5) | 0
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed)
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
  return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
}
