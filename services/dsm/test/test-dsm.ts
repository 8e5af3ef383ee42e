import type { Broker } from '@motience/broker'
import { ProblemError, type Authenticator, type Database, type Identity, type ServiceApp } from '@motience/kit'
import { testBroker, testDatabase } from '@motience/testing'
import type { Accepted, ControlEvent, DataBody, Envelope, Role } from '@motience/schemas'
import type { LightMyRequestResponse } from 'fastify'
import { buildDsm, type DsmDependencies } from '../src/app.js'
import type { SubscriberList, SubscriptionChange, SubscriptionSource } from '../src/subscriber-list.js'

export interface Teardown { teardown (fn: () => unknown): void }

/** SM's part in tests: subscribers by producer, each change raising the broker's version before it is answered. */
export interface FakeSm extends SubscriptionSource {
  activate (producerId: number, consumerId: number): Promise<void>
  revoke (producerId: number, consumerId: number): Promise<void>
  /** A consumer asks for a subscription that the producer has to approve. */
  request (producerId: number, consumerId: number): Promise<void>
  version (producerId: number): number
  /** How often a producer's subscribers were asked for. */
  asked: number
  /** While true, nothing is answered. */
  down: boolean
}

export const fakeSm = (broker: Broker): FakeSm => {
  const producers = new Map<number, { version: number, active: Map<number, number> }>()
  const of = (producerId: number) => {
    let producer = producers.get(producerId)
    if (producer === undefined) producers.set(producerId, producer = { version: 0, active: new Map() })
    return producer
  }
  const tell = async (
    producerId: number,
    consumerId: number,
    status: SubscriptionChange['status'],
    version: number
  ): Promise<void> => {
    await broker.raiseVersion(producerId, version)
    const event: ControlEvent = {
      type: 'subscription-changed',
      producer_id: producerId,
      consumer_id: consumerId,
      status,
      reason: 'test',
      version,
      previous_version: version - 1,
      activated_version: status === 'active' ? version : null
    }
    await broker.publishControl(event)
  }
  const sm: FakeSm = {
    asked: 0,
    down: false,
    async activate (producerId, consumerId) {
      const producer = of(producerId)
      const version = ++producer.version
      producer.active.set(consumerId, version)
      await tell(producerId, consumerId, 'active', version)
    },
    async revoke (producerId, consumerId) {
      const producer = of(producerId)
      const version = ++producer.version
      producer.active.delete(consumerId)
      await tell(producerId, consumerId, 'inactive', version)
    },
    async request (producerId, consumerId) {
      await tell(producerId, consumerId, 'pending', ++of(producerId).version)
    },
    version: producerId => of(producerId).version,
    async subscribers (producerId): Promise<SubscriberList> {
      sm.asked++
      if (sm.down) throw new ProblemError('MOT_UNAVAILABLE', 'SM is down', { retryAfterSecs: 1 })
      const { version, active } = of(producerId)
      return { version, consumerIds: [...active.keys()] }
    },
    async activatedVersion (consumerId, producerId) {
      if (sm.down) throw new ProblemError('MOT_UNAVAILABLE', 'SM is down', { retryAfterSecs: 1 })
      return of(producerId).active.get(consumerId) ?? null
    }
  }
  return sm
}

const identityOf = (token: string): Identity => {
  const [role, id = '0', deviceId] = token.split('-')
  return {
    userId: Number(id),
    role: role as Role,
    sid: token,
    username: token,
    deviceId: deviceId ?? null,
    service: role === 'service' ? 'wss1' : null,
    expiresAt: Date.now() + 3_600_000,
    scopes: null,
    deviceOnly: false
  }
}

/** Takes `<role>-<id>-<device>` for a token. */
export const testAuthenticator: Authenticator = {
  verify: async token => identityOf(token),
  onRevoked: () => () => {},
  ready: async () => {},
  close: async () => {}
}

/** A DSM on its own database and broker, with SM faked. */
export interface TestDsm {
  app: ServiceApp
  database: Database
  broker: Broker
  sm: FakeSm
  /** `POST /api/data` as a service, or as whom the token names. */
  post (body: object, token?: string): Promise<LightMyRequestResponse>
  /** `POST /api/data/batch` likewise. */
  postBatch (messages: readonly object[], token?: string): Promise<LightMyRequestResponse>
  get (path: string, token?: string, accept?: string): Promise<LightMyRequestResponse>
}

/** What a test chooses; whatever is left out is made. */
export interface TestDsmOptions extends Partial<DsmDependencies> {
  databaseKind?: Database['kind']
  brokerKind?: Broker['kind']
  sm?: FakeSm
}

export const testDsm = async (t: Teardown, options: TestDsmOptions = {}): Promise<TestDsm> => {
  const { databaseKind = 'embedded', brokerKind = 'memory', ...parts } = options
  const database = parts.database ?? await testDatabase(t, { kind: databaseKind })
  const broker = parts.broker ?? await testBroker(t, brokerKind)
  const sm = options.sm ?? fakeSm(broker)
  const app = await buildDsm({ auth: testAuthenticator, ...parts, database, broker, source: parts.source ?? sm })
  t.teardown(() => app.close())
  const authorization = (token: string) => ({ authorization: `Bearer ${token}` })
  return {
    app,
    database,
    broker,
    sm,
    post: async (body, token = 'service') =>
      await app.inject({ method: 'POST', url: '/api/data', headers: authorization(token), payload: body }),
    postBatch: async (messages, token = 'service') =>
      await app.inject({
        method: 'POST',
        url: '/api/data/batch',
        headers: authorization(token),
        payload: { messages }
      }),
    get: async (path, token = 'service', accept = 'application/json') =>
      await app.inject({ method: 'GET', url: `/api/data/${path}`, headers: { ...authorization(token), accept } })
  }
}

/** The results of a batch's answer. */
export const resultsOf = (
  response: LightMyRequestResponse
): (Accepted & { error?: { code: string; detail: string } })[] =>
  response.json<{ results: (Accepted & { error?: { code: string; detail: string } })[] }>().results

/** `count` messages of one session, numbered from `first`. */
export const numbered = (producerId: number, session: string, first: number, count: number): DataBody[] =>
  Array.from({ length: count }, (_, n) => ({
    producer_id: producerId,
    session,
    seq: first + n,
    payload: { n: first + n }
  }))

/** Every message that PostgreSQL has of a producer, in log order. */
export const storedOf = async ({ sql }: Database, producerId: number) =>
  await sql<{ epoch: number; offset: number; session: string | null; seq: number | null; version: number }[]>`
  SELECT epoch::float8, "offset"::float8, session, seq::float8, version::float8
    FROM dsm.messages WHERE producer_id = ${producerId} ORDER BY epoch, "offset"`

/** What a consumer's channel hands on, from now on. */
export const inbox = async (broker: Broker, consumerId: number): Promise<Envelope[]> => {
  const envelopes: Envelope[] = []
  await broker.subscribe(consumerId, text => { envelopes.push(JSON.parse(text) as Envelope) })
  return envelopes
}

/** Most messages of one statement of `fillHistory`. */
const FILL_PART = 2_000

/**
 * Fills a producer's history with messages 1 to `count` of an epoch, `stepMs` apart from `baseMs` on, whose payload is
 * `{"v": offset}`. The version rises by one after each `versionEvery` of them.
 */
export const fillHistory = async (
  { sql }: Database,
  producerId: number,
  count: number,
  { epoch = 1, baseMs = 0, stepMs = 1_000, receivedAt = new Date(), firstVersion = 0, versionEvery = count } = {}
): Promise<void> => {
  await sql`INSERT INTO dsm.epochs (producer_id, epoch, checked_to) VALUES (${producerId}, ${epoch}, ${count})`
  // In parts: the embedded database works in this very thread, and a service whose thread stands still for seconds
  // sheds load.
  for (let from = 1; from <= count; from += FILL_PART) {
    await sql`
      INSERT INTO dsm.messages (producer_id, epoch, "offset", received_at, at_ms, version, device_id, tail)
      SELECT ${producerId}, ${epoch}, n, ${receivedAt}, ${baseMs}::bigint + (n - 1) * ${stepMs}::bigint,
        ${firstVersion}::bigint + (n - 1) / ${versionEvery}::integer, '',
        ',"id":null,"session":null,"seq":null,"timestamp":"2026-01-01T00:00:00.000Z",'
        || '"received_at":"2026-01-01T00:00:00.000Z","payload":{"v":' || n || '}}'
      FROM generate_series(${from}::integer, ${Math.min(count, from + FILL_PART - 1)}::integer) AS n`
  }
}
