import { setTimeout as pause } from 'node:timers/promises'
import { createSmClient } from '@motience/schemas'
import type { Account } from '../fleet/accounts.js'
import type { Reader } from './ledger.js'
import type { Random } from './random.js'

/**
 * Repeatedly revokes and grants a consumer's access to a producer, and records the windows in which access was certain.
 * Failed calls are retried.
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

  /** Retries a call until it returns one of `statuses`; resolves to false if stopped before. */
  const retryUntil = async (
    call: () => Promise<{ response: Response }>,
    statuses: readonly number[]
  ): Promise<boolean> => {
    for (;;) {
      const result = await call().catch(() => null)
      if (result !== null && statuses.includes(result.response.status)) return true
      if (stopping.signal.aborted) return false
      await pause(200)
    }
  }
  const unsubscribe = () =>
    retryUntil(() => sm.DELETE('/api/unsubscribe', { params: { query: { producer_id: producerId } } }), [204, 404])
  const subscribe = () => retryUntil(() => sm.POST('/api/subscribe', { body: { producer_id: producerId } }), [200, 201])

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
