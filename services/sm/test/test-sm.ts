import type { Broker } from '@motience/broker'
import {
  createAuthenticator, createInternalClients, createServiceTokens, type Database, type ServiceApp
} from '@motience/kit'
import { fakeAp, testBroker, testDatabase, type FakeAp, type Teardown } from '@motience/testing'
import type { Policy, Subscribers, Subscription, Subscriptions } from '@motience/schemas'
import { buildSm } from '../src/app.js'
import { migrateSm } from '../src/migrate.js'

/** The fields of any answer of SM's that tests look at. */
export interface AnyBody
  extends
  Partial<Subscription>,
  Partial<Pick<Subscriptions, 'subscriptions' | 'next_cursor'>>,
  Partial<Pick<Subscribers, 'subscribers'>>,
  Partial<Policy> {
  code?: string
  errors?: { path: string, message: string }[]
}

/** What a call was answered. */
export interface Answer { status: number, body: AnyBody, headers: Record<string, unknown> }

/** Calls a route without a socket; a body goes as JSON. */
export const call = async (
  app: ServiceApp,
  route: string,
  { body, token }: { body?: object; token?: string } = {}
): Promise<Answer> => {
  const [method, url] = route.split(' ') as ['GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', string]
  const answer = await app.inject({
    method,
    url,
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    ...(body ? { payload: body } : {})
  })
  return { status: answer.statusCode, body: answer.body === '' ? {} : answer.json(), headers: answer.headers }
}

/** A user of the fake AP with a token of its own. */
export interface TestUser { id: number, token: string, username: string }

/** Stores, an AP and users for tests of SM. */
export interface TestSetup {
  database: Database
  broker: Broker
  ap: FakeAp
  /**
   * Builds an instance of SM on the parts; it closes with the test. `broker` replaces the parts' own. Its clock stands
   * at 1970, so that versions count 1, 2, 3…; `now` is another.
   */
  sm (options?: { broker?: Broker, sweepMs?: number, changeRate?: number, now?: () => number }): Promise<ServiceApp>
  producer (): Promise<TestUser>
  consumer (): Promise<TestUser>
}

export const testSetup = async (
  t: Teardown,
  kinds: { database?: Database['kind']; broker?: Broker['kind'] } = {}
): Promise<TestSetup> => {
  const database = await testDatabase(t, { kind: kinds.database ?? 'embedded', pool: 8 })
  await migrateSm(database)
  const broker = await testBroker(t, kinds.broker ?? 'memory')
  const ap = await fakeAp(t)
  const user = (role: 'producer' | 'consumer') => async (): Promise<TestUser> => {
    const { id, username } = ap.addUser({ role })
    return { id, username, token: await ap.issue({ role, userId: id, username }) }
  }
  return {
    database,
    broker,
    ap,
    async sm (options = {}) {
      const own = options.broker ?? broker
      const tokens = createServiceTokens({ apUrl: ap.url, service: 'sm', secret: ap.secret })
      const auth = createAuthenticator({ apUrl: ap.url, broker: own, tokens })
      const clients = createInternalClients({ ap: ap.url, tokens })
      const { changeRate = 100_000, sweepMs = 3_600_000, now = () => 0 } = options
      const app = await buildSm({ database, broker: own, auth, ap: clients.ap, settings: { changeRate }, sweepMs, now })
      t.teardown(async () => {
        await app.close()
        await auth.close()
        tokens.close()
        await clients.close()
      })
      return app
    },
    producer: user('producer'),
    consumer: user('consumer')
  }
}

/** The status with which a consumer sees its subscription to a producer; null if it has none. */
export const statusOf = async (app: ServiceApp, consumer: TestUser, producer: TestUser): Promise<string | null> => {
  const { body } = await call(app, `GET /api/subscriptions/${consumer.id}?producer_id=${producer.id}`, {
    token: consumer.token
  })
  return body.subscriptions?.[0]?.status ?? null
}

export const subscribe = async (app: ServiceApp, consumer: TestUser, producer: TestUser): Promise<Answer> =>
  await call(app, 'POST /api/subscribe', { token: consumer.token, body: { producer_id: producer.id } })

export const unsubscribe = async (app: ServiceApp, consumer: TestUser, producer: TestUser): Promise<Answer> =>
  await call(app, `DELETE /api/unsubscribe?producer_id=${producer.id}`, { token: consumer.token })

export const patch = async (
  app: ServiceApp,
  producer: TestUser,
  subscriptionId: number,
  status: 'active' | 'inactive'
): Promise<Answer> =>
  await call(app, `PATCH /api/subscriptions/${subscriptionId}`, { token: producer.token, body: { status } })

/** The subscribers of a producer, as it sees them. */
export const subscribers = async (app: ServiceApp, producer: TestUser, query = ''): Promise<Answer> =>
  await call(app, `GET /api/subscribers/${producer.id}${query}`, { token: producer.token })
