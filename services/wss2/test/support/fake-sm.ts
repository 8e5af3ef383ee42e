import Fastify from 'fastify'
import type { Broker } from '@motience/broker'
import type { SubscriptionStatus } from '@motience/schemas'

interface Row { status: SubscriptionStatus, activatedVersion: number | null }

/** An SM for tests: the endpoints that WSS2 calls, and changes in the same order as the real SM. */
export interface FakeSm {
  readonly url: string
  /** Requests for subscriptions. */
  readonly calls: () => number
  /** Requests for the subscribers of a producer. */
  readonly listCalls: () => number
  /** The active subscribers of a producer, with the version of the list. */
  subscribers(producerId: number): { version: number; subscribers: number[] }
  /**
   * Changes a subscription as SM does: its row, the broker's version, the control event. Resolves when SM would answer
   * 2xx. With `silently` the event is lost; with `committed` the broker does not know of the change yet.
   */
  set(
    consumerId: number,
    producerId: number,
    status: SubscriptionStatus,
    options?: { silently?: boolean, committed?: boolean }
  ): Promise<void>
  /** Delays responses until the returned function is called. */
  hold (): () => void
  /** Answers the next `count` requests with 503. */
  failNext (count: number): void
  /** Maximum number of items per page. */
  pageSize: number
}

/** Starts a fake SM on a free port; it stops with the test. */
export const fakeSm = async (t: { teardown (fn: () => unknown): void }, broker: Broker): Promise<FakeSm> => {
  const rows = new Map<number, Map<number, Row>>()
  const versions = new Map<number, number>()
  let calls = 0
  let listCalls = 0
  let failing = 0
  let barrier: Promise<void> | null = null
  const app = Fastify()

  app.get('/api/subscriptions/:id', async (request, reply) => {
    calls++
    // the page reflects the state at the time of the request, even if the response is delayed
    const { id } = request.params as { id: string }
    const { producer_id: only, status, cursor, limit } = request.query as Record<string, string | undefined>
    const all = [...(rows.get(Number(id)) ?? [])]
      .filter(
        ([producerId, row]) =>
          (only === undefined || producerId === Number(only)) && (status === undefined || row.status === status)
      )
      .sort(([a], [b]) => a - b)
      .filter(([producerId]) => cursor === undefined || producerId > Number(cursor))
    const page = all.slice(0, Math.min(sm.pageSize, Number(limit ?? 100))).map(([producerId, row]) => ({
      id: producerId,
      consumer_id: Number(id),
      producer_id: producerId,
      status: row.status,
      created_at: '2026-01-01T00:00:00.000Z',
      activated_at: null,
      activated_version: row.activatedVersion,
      version: versions.get(producerId) ?? 0
    }))
    const nextCursor = page.length < all.length ? String(page.at(-1)!.producer_id) : null
    await barrier
    if (request.headers.authorization?.startsWith('Bearer ') !== true) {
      return await reply.code(401).send({ code: 'MOT_UNAUTHORIZED' })
    }
    if (failing > 0) {
      failing--
      return await reply.code(503).send({ code: 'MOT_UNAVAILABLE' })
    }
    return { consumer_id: Number(id), subscriptions: page, next_cursor: nextCursor }
  })
  app.get('/api/subscribers/:id', async (request, reply) => {
    listCalls++
    const producerId = Number((request.params as { id: string }).id)
    const subscribers = [...rows].flatMap(([consumerId, ofOne]) => {
      const row = ofOne.get(producerId)
      if (row?.status !== 'active') return []
      return [{
        subscription_id: consumerId,
        consumer_id: consumerId,
        username: `consumer-${consumerId}`,
        status: row.status,
        activated_at: null,
        activated_version: row.activatedVersion
      }]
    })
    const version = versions.get(producerId) ?? 0
    await barrier
    if (failing > 0) {
      failing--
      return await reply.code(503).send({ code: 'MOT_UNAVAILABLE' })
    }
    return { producer_id: producerId, version, subscribers, next_cursor: null }
  })
  const url = await app.listen({ port: 0, host: '127.0.0.1' })
  t.teardown(() => app.close())

  const sm: FakeSm = {
    url,
    pageSize: 1000,
    calls: () => calls,
    listCalls: () => listCalls,
    subscribers: producerId => ({
      version: versions.get(producerId) ?? 0,
      subscribers: [...rows]
        .filter(([, ofOne]) => ofOne.get(producerId)?.status === 'active')
        .map(([consumerId]) => consumerId)
    }),
    async set (consumerId, producerId, status, { silently = false, committed = false } = {}) {
      const version = (versions.get(producerId) ?? 0) + 1
      versions.set(producerId, version)
      const ofOne = rows.get(consumerId) ?? new Map<number, Row>()
      rows.set(consumerId, ofOne)
      const activatedVersion = status === 'active' ? version : null
      ofOne.set(producerId, { status, activatedVersion })
      if (committed) return
      await broker.raiseVersion(producerId, version)
      if (silently) return
      await broker.publishControl({
        type: 'subscription-changed',
        producer_id: producerId,
        consumer_id: consumerId,
        status,
        reason: status === 'active' ? 'subscribed' : 'unsubscribed',
        version,
        activated_version: activatedVersion
      })
    },
    hold () {
      let release = (): void => {}
      barrier = new Promise(resolve => {
        release = () => {
          barrier = null
          resolve()
        }
      })
      return () => release()
    },
    failNext (count) { failing = count }
  }
  return sm
}
