import { dictionary } from '@zxcvbn-ts/language-common'

const MIN_LENGTH = 8
const MIN_DIFFERENT_CHARACTERS = 4

/** Characters that a password must have beside the username. */
const MIN_BESIDE_USERNAME = 4

/** The most frequent passwords of breaches that are long enough to be taken, in lower case. */
const common = new Set(dictionary['passwords-common'].filter(password => password.length >= MIN_LENGTH))

/**
 * Why a password is too easy to guess, or null. By NIST SP 800-63B-4, 3.1.1.2, passwords are compared with those that
 * are commonly used or expected, and nothing is said about which kinds of characters they are made of.
 */
export const weaknessOf = (password: string, username: string): string | null => {
  const lower = password.normalize('NFKC').toLowerCase()
  if (new Set(lower).size < MIN_DIFFERENT_CHARACTERS) return 'Uses too few different characters'
  const rest = lower.replaceAll(username.toLowerCase(), '')
  if (rest.length < MIN_BESIDE_USERNAME) return 'Is little more than the username'
  return common.has(lower) ? 'Is one of the most common passwords' : null
}
