import type { SmClient, Subscription } from '@motience/schemas'

/**
 * What an active subscription lets its consumer see: messages of `activatedVersion` or newer, as SM knew it at
 * `version`.
 */
export interface Grant { activatedVersion: number, version: number }

/** Reads consumers' active subscriptions from SM. Rejects where SM doesn't answer. */
export interface GrantReader {
  /** All of a consumer's, by producer. */
  all (consumerId: number): Promise<Map<number, Grant>>
  /** The one to a producer; null where there is none. */
  one (consumerId: number, producerId: number): Promise<Grant | null>
}

const PAGE = 1000

const grantOf = (subscription: Subscription): Grant => ({
  activatedVersion: subscription.activated_version ?? 0,
  version: subscription.version ?? 0
})

export const createGrantReader = (sm: SmClient): GrantReader => {
  const page = async (consumerId: number, query: { producer_id?: number, cursor?: string }) => {
    const { data, response } = await sm.GET('/api/subscriptions/{id}', {
      params: { path: { id: consumerId }, query: { status: 'active', limit: PAGE, ...query } }
    })
    if (data === undefined) throw new Error(`SM answered ${response.status} about subscriptions`)
    return data
  }
  return {
    async all (consumerId) {
      const grants = new Map<number, Grant>()
      let cursor: string | undefined
      do {
        const { subscriptions, next_cursor: next } = await page(consumerId, cursor === undefined ? {} : { cursor })
        for (const subscription of subscriptions) { if (subscription.status === 'active') grants.set(subscription.producer_id, grantOf(subscription)) }
        cursor = next ?? undefined
      } while (cursor !== undefined)
      return grants
    },
    async one (consumerId, producerId) {
      const { subscriptions } = await page(consumerId, { producer_id: producerId })
      const active = subscriptions.find(
        subscription => subscription.producer_id === producerId && subscription.status === 'active'
      )
      return active === undefined ? null : grantOf(active)
    }
  }
}
