import { setTimeout as pause } from 'node:timers/promises'
import { MAX_VERIFY_KEYS, type KeyIdentity, type RefusedKey, type VerifiedKeys } from '@motience/schemas'
import type { InternalCaller } from '../http/internal-call.js'
import { ProblemError } from '../service/problem-error.js'
import type { ParsedKey } from './key-text.js'

/** Minimum time from one call to the next, in milliseconds: what comes in meanwhile shares the next. */
const GATHER_MS = 25

/** Maximum number of keys that wait to be verified; more are refused with 503. */
export const MAX_WAITING = 20_000

/** Maximum number of secrets with the same key id that wait: one guesser delays no other key. */
export const MAX_WAITING_PER_ID = 4

/** Verifies one key with AP. Rejects with `MOT_UNAVAILABLE` where that can't be done now. */
export type AskKey = (key: ParsedKey) => Promise<KeyIdentity | RefusedKey>

interface Waiting {
  key: ParsedKey
  resolve (result: KeyIdentity | RefusedKey): void
  reject (error: unknown): void
}

const unavailable = (cause?: unknown): ProblemError =>
  new ProblemError('MOT_UNAVAILABLE', "Keys can't be verified now", { retryAfterSecs: 1, cause })

/**
 * Verifies keys by AP's `POST /api/keys/verify`, one call at a time for as many as wait: however many clients connect
 * at once, with good keys or wrong ones, AP has one call of this process to answer.
 */
export const createAskKeys = (ap: InternalCaller): AskKey => {
  const waiting: Waiting[] = []
  const perId = new Map<string, number>()
  let running = false

  const ask = async (keys: readonly ParsedKey[]): Promise<VerifiedKeys['results']> => {
    const { status, text } = await ap.call({
      method: 'POST',
      path: '/api/keys/verify',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        keys: keys.map(({ id, kind, secretHash }) => ({ id, kind, secret_sha256: secretHash.toString('hex') }))
      })
    })
    if (status !== 200) throw new Error(`AP answered ${status} to a verification of keys`)
    const { results } = JSON.parse(text) as VerifiedKeys
    if (results.length !== keys.length) throw new Error('AP answered for another number of keys')
    return results
  }

  const leave = ({ key: { id } }: Waiting): void => {
    const left = (perId.get(id) ?? 1) - 1
    if (left === 0) perId.delete(id)
    else perId.set(id, left)
  }

  const run = async (): Promise<void> => {
    running = true
    while (waiting.length > 0) {
      const batch = waiting.splice(0, MAX_VERIFY_KEYS)
      const askedAt = performance.now()
      try {
        const results = await ask(batch.map(({ key }) => key))
        for (const [index, { resolve }] of batch.entries()) resolve(results[index]!)
      } catch (error) {
        for (const { reject } of batch) reject(unavailable(error))
      }
      for (const one of batch) leave(one)
      const restMs = askedAt + GATHER_MS - performance.now()
      if (restMs > 0 && waiting.length < MAX_VERIFY_KEYS) await pause(restMs)
    }
    running = false
  }

  return async key => await new Promise((resolve, reject) => {
    const ofId = perId.get(key.id) ?? 0
    if (waiting.length >= MAX_WAITING) return reject(unavailable())
    if (ofId >= MAX_WAITING_PER_ID) {
      return reject(new ProblemError('MOT_RATE_LIMITED', 'This key is being verified already', { retryAfterSecs: 1 }))
    }
    perId.set(key.id, ofId + 1)
    waiting.push({ key, resolve, reject })
    // What comes in the same turn shares the first call.
    if (!running) {
      running = true
      setImmediate(() => { run().catch(() => { running = false }) })
    }
  })
}
