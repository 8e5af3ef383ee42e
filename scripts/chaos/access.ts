import { setTimeout as pause } from 'node:timers/promises'
import { createSmClient } from '@motience/schemas'
import type { Account } from '../fleet/accounts.js'
import type { Reader } from './ledger.js'
import type { Random } from './random.js'

/**
 * Takes one consumer's access to one producer away and gives it back, over and over, and writes down when which was
 * sure. A call that fails is repeated, as the contract says.
 */
export const startAccessChanges = (
  smUrl: string,
  consumer: Account,
  producerId: number,
  reader: Reader,
  random: Random
) => {
  const sm = createSmClient({ baseUrl: smUrl, headers: { authorization: `Bearer ${consumer.token}` } })
  const stopping = new AbortController()
  let changes = 0

  /** Repeats a call until it is answered with one of `statuses`; resolves to whether it was. */
  const insist = async (call: () => Promise<{ response: Response }>, statuses: readonly number[]): Promise<boolean> => {
    for (;;) {
      const answer = await call().catch(() => null)
      if (answer !== null && statuses.includes(answer.response.status)) return true
      if (stopping.signal.aborted) return false
      await pause(200)
    }
  }
  const unsubscribe = () =>
    insist(() => sm.DELETE('/api/unsubscribe', { params: { query: { producer_id: producerId } } }), [204, 404])
  const subscribe = () => insist(() => sm.POST('/api/subscribe', { body: { producer_id: producerId } }), [200, 201])

  const running = (async () => {
    let granted = { from: performance.now(), to: Infinity }
    reader.granted.push(granted)
    while (!stopping.signal.aborted) {
      await pause(random.between(300, 1500))
      granted.to = performance.now()
      if (!await unsubscribe()) break
      const revoked = { from: performance.now(), to: Infinity }
      reader.revoked.push(revoked)
      await pause(random.between(100, 800))
      revoked.to = performance.now()
      if (!await subscribe()) break
      granted = { from: performance.now(), to: Infinity }
      reader.granted.push(granted)
      changes++
    }
  })()

  return {
    changes: () => changes,
    stop: async () => {
      stopping.abort()
      await running
    }
  }
}
