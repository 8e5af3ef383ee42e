import { ProblemError } from '@motience/kit'
import type { SmClient } from '@motience/schemas'
import type { SubscriberList, SubscriptionSource } from './subscriber-list.js'

const PAGE = 1_000

/** Maximum attempts to read a list that changes between two of its pages. */
const MAX_READS = 5

const smUnavailable = (status: number): ProblemError =>
  new ProblemError('MOT_UNAVAILABLE', 'SM is unavailable', {
    retryAfterSecs: 1,
    cause: new Error(`SM answered ${status}`)
  })

/** Reads subscriptions from SM over HTTP. */
export const createSmSubscriptions = (sm: SmClient): SubscriptionSource => {
  /** Reads all pages once; null if they are not all of one version. */
  const readList = async (producerId: number): Promise<SubscriberList | null> => {
    const consumerIds: number[] = []
    let version: number | null = null
    let cursor: string | undefined
    do {
      const { data, response } = await sm.GET('/api/subscribers/{producerId}', {
        params: {
          path: { producerId },
          query: { status: 'active', limit: PAGE, ...(cursor === undefined ? {} : { cursor }) }
        }
      })
      if (data === undefined) throw smUnavailable(response.status)
      version ??= data.version
      if (data.version !== version) return null
      for (const subscriber of data.subscribers) consumerIds.push(subscriber.consumer_id)
      cursor = data.next_cursor ?? undefined
    } while (cursor !== undefined)
    return { version, consumerIds }
  }

  return {
    async subscribers (producerId) {
      for (let reads = 0; reads < MAX_READS; reads++) {
        const list = await readList(producerId)
        if (list !== null) return list
      }
      throw new ProblemError('MOT_UNAVAILABLE', 'The subscribers change too frequently', { retryAfterSecs: 1 })
    },

    async activatedVersion (consumerId, producerId) {
      const { data, response } = await sm.GET('/api/subscriptions/{id}', {
        params: { path: { id: consumerId }, query: { producer_id: producerId, status: 'active' } }
      })
      if (data === undefined) throw smUnavailable(response.status)
      const subscription = data.subscriptions.find(item => item.producer_id === producerId && item.status === 'active')
      return subscription?.activated_version ?? null
    }
  }
}
