import type { SmClient, Subscription } from '@motience/schemas'

/**
 * What an active subscription lets its consumer see: messages of `activatedVersion` or newer, as of `version` of the
 * subscriber list. `run` is the run of control events (see `ProducerChannels`) in which SM was asked: events of the
 * same run have been applied to the grant.
 */
export interface Grant { activatedVersion: number, version: number, run?: number }

/** A producer's active subscribers as of `version`, each with the version from which it may see messages. */
export interface ProducerGrants { version: number, activated: Map<number, number> }

/** Reads active subscriptions from SM. Rejects if SM is unavailable. */
export interface GrantReader {
  /** All grants of a consumer, by producer. */
  all (consumerId: number): Promise<Map<number, Grant>>
  /** A consumer's grant for one producer; null if there is none. */
  one (consumerId: number, producerId: number): Promise<Grant | null>
  /** All subscribers of a producer. Also rejects if the list changes while its pages are read. */
  ofProducer (producerId: number): Promise<ProducerGrants>
}

/** Adds to each grant the run of control events in which SM was asked. */
export const withRun = (grants: GrantReader, events: { readonly run: number }): GrantReader => ({
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

/** Subscriptions per request. */
const PAGE = 1000

const grantOf = (subscription: Subscription): Grant => ({
  activatedVersion: subscription.activated_version ?? 0,
  version: subscription.version ?? 0
})

/** Creates a reader that asks SM. */
export const createGrantReader = (sm: SmClient): GrantReader => {
  const page = async (consumerId: number, query: { producer_id?: number, cursor?: string }) => {
    const { data, response } = await sm.GET('/api/subscriptions/{id}', {
      params: { path: { id: consumerId }, query: { status: 'active', limit: PAGE, ...query } }
    })
    if (data === undefined) throw new Error(`SM answered ${response.status} to a request for subscriptions`)
    return data
  }
  return {
    async all (consumerId) {
      const grants = new Map<number, Grant>()
      let cursor: string | undefined
      do {
        const { subscriptions, next_cursor: next } = await page(consumerId, cursor === undefined ? {} : { cursor })
        for (const subscription of subscriptions) {
          if (subscription.status === 'active') grants.set(subscription.producer_id, grantOf(subscription))
        }
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
        if (data === undefined) throw new Error(`SM answered ${response.status} to a request for subscribers`)
        version ??= data.version
        if (data.version !== version) throw new Error('The subscriber list changed while it was read')
        for (const { consumer_id: consumerId, activated_version: activatedVersion } of data.subscribers) {
          activated.set(consumerId, activatedVersion ?? 0)
        }
        cursor = data.next_cursor ?? undefined
      } while (cursor !== undefined)
      return { version, activated }
    }
  }
}
