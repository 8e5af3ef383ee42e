import type { SmClient, Subscription } from '@motience/schemas'

/**
 * What an active subscription lets its consumer see: messages of `activatedVersion` or newer, as SM knew it at
 * `version`. `run` is that of `ProducerHubs` in which it was asked for: events that came in the same run have been
 * applied to it.
 */
export interface Grant { activatedVersion: number, version: number, run?: number }

/** A producer's active subscribers as SM had them at `version`: from which version on each may see messages. */
export interface ProducerGrants { version: number, activated: Map<number, number> }

/** Reads consumers' active subscriptions from SM. Rejects where SM doesn't answer. */
export interface GrantReader {
  /** All of a consumer's, by producer. */
  all (consumerId: number): Promise<Map<number, Grant>>
  /** The one to a producer; null where there is none. */
  one (consumerId: number, producerId: number): Promise<Grant | null>
  /** All subscribers of a producer. Rejects also where the list keeps changing while its pages are read. */
  ofProducer (producerId: number): Promise<ProducerGrants>
}

/** The same grants, each with the run of events in which SM was asked. */
export const markRuns = (grants: GrantReader, events: { readonly run: number }): GrantReader => ({
  ...grants,
  async all (consumerId) {
    const { run } = events
    const all = await grants.all(consumerId)
    for (const grant of all.values()) grant.run = run
    return all
  },
  async one (consumerId, producerId) {
    const { run } = events
    const grant = await grants.one(consumerId, producerId)
    return grant === null ? null : { ...grant, run }
  }
})

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
    },
    async ofProducer (producerId) {
      const activated = new Map<number, number>()
      let version: number | null = null
      let cursor: string | undefined
      do {
        const { data, response } = await sm.GET('/api/subscribers/{producerId}', {
          params: {
            path: { producerId },
            query: { status: 'active', limit: PAGE, ...(cursor === undefined ? {} : { cursor }) }
          }
        })
        if (data === undefined) throw new Error(`SM answered ${response.status} about subscribers`)
        version ??= data.version
        if (data.version !== version) throw new Error('The subscribers changed while they were read')
        for (const { consumer_id: consumerId, activated_version: activatedVersion } of data.subscribers) {
          activated.set(consumerId, activatedVersion ?? 0)
        }
        cursor = data.next_cursor ?? undefined
      } while (cursor !== undefined)
      return { version, activated }
    }
  }
}
