import type { Test } from 'tap'
import type { Broker } from '@motience/broker'
import { createAuthenticator, createInternalClients, createServiceTokens, listen } from '@motience/kit'
import { brokerKinds, fakeAp, testBroker, type FakeAp } from '@motience/testing'
import { buildWss2, createGrantReader, type Wss2, type Wss2Limits } from '../../src/index.js'
import { connectClient, type Client } from './client.js'
import { fakeSm, type FakeSm } from './fake-sm.js'
import { createPublisher, type Publisher } from './publisher.js'

export interface PlatformOptions {
  limits?: Partial<Wss2Limits>
  /** Number of WSS2 instances, each with its own broker connection if the broker is Redis. */
  instances?: number
  /** Opens a broker to use instead of one of this kind. */
  open?: () => Promise<Broker>
  drainMs?: number
  welcomeMs?: number
  resumeWaitMs?: number
  /** Whether consumers connect to the page's port. */
  byPage?: boolean
}

/** One or more WSS2 on free ports, with their dependencies. */
export interface Platform {
  broker: Broker
  ap: FakeAp
  sm: FakeSm
  publisher: Publisher
  /** WebSocket URLs, on the dedicated ports or on the pages' ports. */
  urls: string[]
  wss2: Wss2[]
  token(
    consumerId: number,
    options?: { expiresInSecs?: number; role?: 'consumer' | 'producer'; sid?: string }
  ): Promise<string>
  /** Connects a consumer to an instance, and waits for its welcome. */
  connect(
    consumerId: number,
    options?: { instance?: number; query?: string; welcome?: boolean; token?: string }
  ): Promise<Client>
}

/** How messages are published: by which broker, and once per consumer or once per producer. */
export type DeliveryForm = `${Broker['kind']} broker${'' | ', wide lists'}`

/** Every form that can be tested on this machine. */
export const deliveryForms = async (): Promise<DeliveryForm[]> =>
  (await brokerKinds()).flatMap(kind => [`${kind} broker`, `${kind} broker, wide lists`] as const)

export const startPlatform = async (
  t: Test,
  form: Broker['kind'] | DeliveryForm,
  options: PlatformOptions = {}
): Promise<Platform> => {
  const kind: Broker['kind'] = form.startsWith('redis') ? 'redis' : 'memory'
  const open = async (keep: boolean): Promise<Broker> => {
    if (options.open === undefined) return await testBroker(t, kind, { keep })
    const opened = await options.open()
    t.teardown(() => opened.close())
    return opened
  }
  const broker = await open(false)
  const ap = await fakeAp(t)
  const sm = await fakeSm(t, broker)
  const urls: string[] = []
  const wss2: Wss2[] = []
  await broker.replaceRevocations([])

  for (let i = 0; i < (options.instances ?? 1); i++) {
    const own = kind === 'memory' ? broker : await open(true)
    const tokens = createServiceTokens({ apUrl: ap.url, service: 'wss2', secret: ap.secret })
    const authenticator = createAuthenticator({ apUrl: ap.url, broker: own, tokens })
    const clients = createInternalClients({ sm: sm.url, tokens })
    const built = await buildWss2({
      authenticator,
      broker: own,
      grants: createGrantReader(clients.sm),
      limits: {
        maxConnections: 1000,
        maxConnectionsPerUser: 100,
        heartbeatMs: 30_000,
        maxQueueBytes: 1 << 20,
        maxQueueMessages: 4096,
        ...options.limits
      },
      ready: {
        tokens: async () => {
          await authenticator.ready()
        }
      },
      drainMs: options.drainMs ?? 2000,
      welcomeMs: options.welcomeMs,
      resumeWaitMs: options.resumeWaitMs
    })
    t.teardown(async () => {
      await built.close()
      await clients.close()
      tokens.close()
      await authenticator.close()
    })
    const port = Number(
      new URL(await listen(built.websocket, { host: '127.0.0.1', port: 0, variable: 'WSS2_PORT' })).port
    )
    const page = await built.http.listen({ port: 0, host: '127.0.0.1' })
    urls.push(options.byPage === true ? `${page.replace('http', 'ws')}/consumer` : `ws://127.0.0.1:${port}/consumer`)
    wss2.push(built)
  }

  const clients: Client[] = []
  t.teardown(() => {
    for (const client of clients) client.ws.terminate()
  })
  const token: Platform['token'] = async (consumerId, rest = {}) =>
    await ap.issue({ role: 'consumer', userId: consumerId, ...rest })
  return {
    broker,
    ap,
    sm,
    publisher: createPublisher(broker, sm, form.endsWith('wide lists')),
    urls,
    wss2,
    token,
    async connect (consumerId, { instance = 0, query = '', welcome = true, token: given } = {}) {
      const client = await connectClient(urls[instance]! + query, given ?? await token(consumerId), { welcome })
      clients.push(client)
      return client
    }
  }
}
