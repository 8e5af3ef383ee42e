import { Semaphore } from '@motience/kit'
import { argon2id, hash, verify } from 'argon2'
import { randomBytes } from 'node:crypto'

/** Parameters of OWASP's password storage cheat sheet: 19 MiB, 2 passes, 1 lane. About 23 ms of a core. */
export const argon2Parameters = { type: argon2id, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const

/** Hashes passwords and compares them, a few at a time. */
export interface Passwords {
  /** The argon2id hash in PHC form. Rejects with MOT_UNAVAILABLE where too many wait. */
  hash (password: string): Promise<string>
  /** Whether the password has this hash. With null (nobody of that name) it is false, after the same work. */
  matches (storedHash: string | null, password: string): Promise<boolean>
  /** Comparisons made since the start: one a sign-in, whether or not there is such a user. */
  readonly comparisons: number
  readonly queue: Pick<Semaphore, 'running' | 'waiting'>
}

/**
 * `concurrency` hashes at once leave libuv's other threads to the rest of the process; `maxWaiting` bounds how long the
 * last in the queue waits (64 × 23 ms / 2 < 1 s).
 */
export const createPasswords = async ({ concurrency = 2, maxWaiting = 64 } = {}): Promise<Passwords> => {
  const semaphore = new Semaphore(concurrency, { maxWaiting })
  const nobodysHash = await hash(randomBytes(16), argon2Parameters)
  let comparisons = 0

  return {
    hash: async password => await semaphore.run(async () => await hash(password, argon2Parameters)),
    async matches (storedHash, password) {
      return await semaphore.run(async () => {
        comparisons++
        const same = await verify(storedHash ?? nobodysHash, password)
        return same && storedHash !== null
      })
    },
    get comparisons () { return comparisons },
    queue: semaphore
  }
}
